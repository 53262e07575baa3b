// A call is always in one of four states:
//   - in a lane (a queue of calls), waiting for its turn to be sent;
//   - in flight;
//   - backing off after a failure, before it enters its lane again;
//   - waiting for a place: reads only, because their number in flight is limited (Places).
// A lane sends its calls in the order of Execute, so a failed call that is back in its lane goes
// before later ones. Writes of Events have a second lane, from which calls are sent only while the
// first lane is empty (C-010, B-47).
#include "kubeclient/client/client.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "kubeclient/api/turns.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/client/about_the_object.h"
#include "kubeclient/client/adaptive_rate.h"
#include "kubeclient/client/paths.h"
#include "kubeclient/client/retry.h"

namespace windlass {
namespace {

// The most calls that the client may have. A controller has at most one call at a time for each
// object it works on. So if there are more calls than this, some caller has a bug.
constexpr size_t kCallsWaitingMax = 65536;
// While the rate limit holds calls back, the client does not wake for each call. It waits until it
// may send together what the rate allows in this time: at least one call, at most a burst.
// Examples: at 50 calls per second it wakes every 200 ms, for 10 calls; at 1 call per second, every
// second for 1 call.
constexpr Duration kTurnsTogether = milliseconds(200);
// Like kTurnsTogether, but for writes of Events. Example: at 5 Events per second, this is the time
// of 25 Events. If the burst is 10, the client wakes every 2 s, for 10 Events.
constexpr Duration kEventTurnsTogether = seconds(5);
// Events get one tenth of the client's rate (C-010).
constexpr int kEventRateShare = 10;
// The burst of Events is at least this, so that the Events of one rollout go out at once.
constexpr int kEventBurstMin = 10;

std::string_view MethodName(Verb verb) {
  switch (verb) {
    case Verb::kGet:
    case Verb::kList: return "GET";
    case Verb::kDryRunCreate:
    case Verb::kCreateSubresource:
    case Verb::kCreate: return "POST";
    case Verb::kPatch: return "PATCH";
    case Verb::kUpdate: return "PUT";
    case Verb::kDelete: return "DELETE";
  }
  return "GET";
}

// Returns true if the API server itself asks for fewer requests, so that the whole client must slow
// down (C-011). Returns false if the answer may be due to the written object alone
// (about_the_object.h). Example: a webhook denied the write with a 429.
bool IsThrottling(const Request& request, const Result<HttpResponse>& response) {
  if (!response.ok() || (response->status != 429 && response->status != 503)) return false;
  const bool reads = request.verb() == Verb::kGet || request.verb() == Verb::kList;
  return reads || !MayBeAboutTheObject(HttpMethod::kPost, *response);
}

Error ServerIsAway() { return {ErrorKind::kNotSent, "the API server does not answer"}; }

bool IsEventWrite(const Request& request) {
  return request.resource() == resources::kEvents && request.mutates();
}

// Returns true if the API server may still carry out the write after `error`. Returns false for a
// read, and for the write of an Event.
// Example: a 408 or a 502 may come from a proxy that has passed the write on. A 500 counts as an
// answer of the API server itself, which then has ended the write.
bool MayArriveAfter(const Error& error, const Request& request) {
  if (error.kind != ErrorKind::kAmbiguous) return false;
  if (!request.mutates() || IsEventWrite(request)) return false;
  return error.http_status != 500;
}

}  // namespace

struct Client::Impl {
  using Id = uint64_t;  // in the order of Execute

  // Limits the reads of one verb, because their answers may be large.
  // A read has one of `most` places while it waits in Impl::lane for its turn to be sent, and while
  // it is in flight. Further reads wait for a place, and their namespaces take turns.
  struct Places {
    int most;
    int taken = 0;  // how many reads have a place
    Turns<Id> waiting{};
  };

  struct PendingCall {
    Request request;
    ReplyHandler reply;
    uint64_t permits_ended = 0;  // WriteDeadline::permits_ended() when Execute was called
    MonotonicTime decided;       // when Execute was called
    MonotonicTime ready;         // when it last entered its lane
    MonotonicTime sent;
    MonotonicTime deadline{};  // of the latest try
    Retries retries{};
    // The error of the latest failed try; nullopt if no try has failed yet. Stays set while the
    // call is tried again.
    std::optional<Error> repeats{};
    CallId in_flight = 0;     // 0 = not in flight
    TimerId backing_off = 0;  // 0 = not backing off
    bool limited = false;     // counted in ClientCounters::rate_limited
    bool has_place = false;   // counted in Places::taken
  };

  Impl(Client& owner, const Clock& the_clock, TimerQueue& the_timers, Transport& the_transport,
       Decoder& the_decoder, const WriteDeadline& the_write_deadline, std::string the_field_manager,
       ClientOptions the_options)
      : client(owner),
        clock(the_clock),
        timers(the_timers),
        transport(the_transport),
        decoder(the_decoder),
        write_deadline(the_write_deadline),
        field_manager(std::move(the_field_manager)),
        options(the_options),
        rate(options.qps, options.burst),
        event_rate(options.qps / kEventRateShare,
                   std::max(options.burst / kEventRateShare, kEventBurstMin)) {}

  ~Impl() {
    lifetime.End();
    timers.Cancel(turn_timer);
    timers.Cancel(event_timer);
    for (auto& [id, call] : calls) {
      timers.Cancel(call.backing_off);
      if (call.in_flight != 0) transport.Cancel(call.in_flight);
    }
  }

  void Execute(const Request& request, ReplyHandler reply);
  void Hold();
  void Resume();
  void TakeTurns();
  bool TakeTurn();
  void AwaitTurns(MonotonicTime now, bool is_event);
  bool MayStillWrite(const PendingCall& call) const;
  bool IsTooOldIn(Duration wait, const PendingCall& call) const;
  void Send(Id id, PendingCall& call);
  void OnResponse(Id id, Result<HttpResponse> response);
  Result<Reply> Judge(PendingCall& call, Result<HttpResponse> response);
  void Repeat(Id id, PendingCall& call, Duration wait);
  void Queue(Id id, PendingCall& call);
  Places* PlacesOf(const Request& request);
  bool HasToWait(Id id, PendingCall& call);
  void LeavePlace(PendingCall& call);
  void EndCall(Id id);
  void Finish(Id id, Result<Reply> result);
  void FinishLater(Id id, Error error);
  void Later(ReplyHandler reply, Error error);

  std::set<Id>& LaneOf(const Request& request) { return IsEventWrite(request) ? event_lane : lane; }
  int& InFlight(const Request& request) {
    return IsEventWrite(request) ? events_in_flight : in_flight;
  }

  Client& client;
  const Clock& clock;
  TimerQueue& timers;
  Transport& transport;
  Decoder& decoder;
  const WriteDeadline& write_deadline;
  const std::string field_manager;
  const ClientOptions options;
  AdaptiveRate rate;
  TokenBucket event_rate;

  std::map<Id, PendingCall> calls;
  std::set<Id> lane;
  std::set<Id> event_lane;
  Places lists{kListsInFlightMax};
  Places gets{kGetsInFlightMax};
  Id last_id = 0;
  int in_flight = 0;         // calls other than writes of Events
  int events_in_flight = 0;  // writes of Events; they do not count in `in_flight`
  bool congested = false;    // calls wait in `lane`, or the server is away
  bool held = false;         // the server is away: between Hold and Resume
  TimerId turn_timer = 0;    // not 0 while the rate limit holds back calls in `lane`
  TimerId event_timer = 0;   // not 0 while the rate limit holds back calls in `event_lane`
  // The latest of the deadlines of writes that may still be carried out (MayArriveAfter).
  MonotonicTime writes_arrive_until;
  ClientCounters counters;
  Lifetime lifetime;
};

void Client::Impl::Execute(const Request& request, ReplyHandler reply) {
  if (request.mutates() && !write_deadline.Allows()) {
    return Later(std::move(reply),
                 {ErrorKind::kFenced, "this process does not lead now, so it may not write"});
  }
  if (calls.size() >= kCallsWaitingMax) {
    return Later(std::move(reply), {ErrorKind::kThrottled, std::to_string(kCallsWaitingMax) +
                                                               " calls are waiting already"});
  }
  if (held && !IsEventWrite(request)) return Later(std::move(reply), ServerIsAway());
  const Id id = ++last_id;
  PendingCall decided{request, std::move(reply), write_deadline.permits_ended(), clock.Now(), {},
                      {}};
  auto& call = calls.emplace(id, std::move(decided)).first->second;
  Queue(id, call);
}

void Client::Impl::Queue(Id id, PendingCall& call) {
  call.ready = clock.Now();
  if (HasToWait(id, call)) return;
  LaneOf(call.request).insert(id);
  TakeTurns();
}

// Returns the Places in which a request of this verb needs a place; null if it needs no place.
Client::Impl::Places* Client::Impl::PlacesOf(const Request& request) {
  switch (request.verb()) {
    case Verb::kList: return &lists;
    case Verb::kGet: return &gets;
    default: return nullptr;
  }
}

// Gives the call a free place if it needs one and has none. Returns true if there is no free place
// for it; then the call waits in Places::waiting.
bool Client::Impl::HasToWait(Id id, PendingCall& call) {
  Places* const places = PlacesOf(call.request);
  if (places == nullptr || call.has_place) return false;
  if (places->taken >= places->most) {
    places->waiting.Add(call.request.key().namespace_, id);
    return true;
  }
  ++places->taken;
  call.has_place = true;
  return false;
}

// If the call has a place, frees this place and gives it to the next waiting call.
void Client::Impl::LeavePlace(PendingCall& call) {
  if (!std::exchange(call.has_place, false)) return;
  Places* const places = PlacesOf(call.request);
  --places->taken;
  if (places->waiting.empty()) return;
  const Id next = places->waiting.Next();
  Queue(next, calls.at(next));
}

// Removes the call from `calls` and frees its place.
void Client::Impl::EndCall(Id id) {
  auto call = calls.extract(id);
  LeavePlace(call.mapped());
}

void Client::Impl::TakeTurns() {
  while (in_flight < std::max(1, options.max_in_flight) && TakeTurn()) {
  }
  const bool was_congested = std::exchange(congested, held || !lane.empty());
  if (was_congested && !congested && client.on_free) client.on_free();
}

// Sends or refuses the call whose turn it is. Returns false if no call may have its turn now.
bool Client::Impl::TakeTurn() {
  if (held) return false;
  const bool is_event = lane.empty();
  if (is_event && (event_lane.empty() || events_in_flight >= kEventsInFlightMax)) return false;
  if ((is_event ? event_timer : turn_timer) != 0) return false;
  std::set<Id>& from = is_event ? event_lane : lane;
  const Id id = *from.begin();
  PendingCall& call = calls.at(id);

  if (call.request.mutates() && !MayStillWrite(call)) {
    from.erase(id);
    FinishLater(id, {ErrorKind::kFenced,
                     "while the write waited, this process stopped leading or began to shut down, "
                     "so the write is not sent"});
    return true;
  }
  // A failed call may become too old while it waits for its next turn, for example because a 429 to
  // another call halved the rate. Then the caller of Execute gets the error of the latest try.
  if (call.repeats && IsTooOldIn(Duration{0}, call)) {
    from.erase(id);
    FinishLater(id, *call.repeats);
    return true;
  }
  const MonotonicTime now = clock.Now();
  if (std::max(rate.NextAt(now), is_event ? event_rate.NextAt(now) : now) > now) {
    if (!std::exchange(call.limited, true)) ++counters.rate_limited;
    AwaitTurns(now, is_event);
    return false;
  }
  rate.TryTake(now);
  if (is_event) event_rate.TryTake(now);
  from.erase(id);
  Send(id, call);
  return true;
}

// Returns true if the write may still be sent: writes are allowed now and have not been forbidden
// since Execute.
// Example: while a write waits for a Retry-After, this process loses the Lease and gets it again.
// The write was decided under the earlier leadership, so it must not be sent. A write of an Event
// may still be sent, because the Event is still true.
bool Client::Impl::MayStillWrite(const PendingCall& call) const {
  if (!write_deadline.Allows()) return false;
  return call.permits_ended == write_deadline.permits_ended() || IsEventWrite(call.request);
}

// Returns true if a write that is sent after `wait` would be older than kDecisionAgeMax. The caller
// of Execute must then decide anew, because the cluster may have changed.
// A write of an Event is never too old: it reports what has happened.
bool Client::Impl::IsTooOldIn(Duration wait, const PendingCall& call) const {
  if (!call.request.mutates() || IsEventWrite(call.request)) return false;
  return clock.Now() + wait - call.decided > kDecisionAgeMax;
}

// Sets the timer for the next turns. It fires when several calls may be sent, so that the process
// wakes less often.
// Example: at 50 calls per second, it fires when there are tokens for the 10 calls of
// kTurnsTogether (200 ms).
void Client::Impl::AwaitTurns(MonotonicTime now, bool is_event) {
  TimerId& timer = is_event ? event_timer : turn_timer;
  MonotonicTime ready = now;
  if (rate.NextAt(now) > now) ready = rate.NextAt(now, kTurnsTogether);
  if (is_event && event_rate.NextAt(now) > now) {
    ready = std::max(ready, event_rate.NextAt(now, kEventTurnsTogether));
  }
  timer = timers.At(ready, [this, &timer] {
    timer = 0;
    TakeTurns();
  });
}

void Client::Impl::Send(Id id, PendingCall& call) {
  HttpRequest http = ToHttp(call.request, field_manager);
  // The API server calls webhooks for a dry run, too. So a dry run gets a `timeout`, like a write.
  if (call.request.verb() == Verb::kDryRunCreate) LimitWrite(http, http.deadline);
  if (call.request.mutates()) LimitWrite(http, write_deadline.TimeLeft(http.deadline));
  ++InFlight(call.request);
  call.sent = clock.Now();
  call.deadline = call.sent + http.deadline;
  if (client.on_rate_limiter_duration) {
    client.on_rate_limiter_duration(call.request, call.sent - call.ready);
  }
  call.in_flight =
      transport.Call(std::move(http), lifetime.Guard([this, id](Result<HttpResponse> response) {
        OnResponse(id, std::move(response));
      }));
}

void Client::Impl::OnResponse(Id id, Result<HttpResponse> response) {
  PendingCall& call = calls.at(id);
  call.in_flight = 0;
  --InFlight(call.request);

  if (IsThrottling(call.request, response)) {
    ++counters.throttled;
    rate.Throttled(clock.Now(), response->retry_after.value_or(Duration{0}));
  }
  Result<Reply> result = Judge(call, std::move(response));
  if (!result.ok() && MayArriveAfter(result.error(), call.request)) {
    writes_arrive_until = std::max(writes_arrive_until, call.deadline);
  }
  if (!result.ok() && !held) {
    const auto wait = RetryIn(call.request, result.error(), call.retries);
    if (wait && !IsTooOldIn(*wait, call)) {
      call.repeats = std::move(result).error();
      Repeat(id, call, *wait);
      return TakeTurns();
    }
  }
  Finish(id, std::move(result));
}

Result<Reply> Client::Impl::Judge(PendingCall& call, Result<HttpResponse> response) {
  const std::string method(MethodName(call.request.verb()));
  const std::string code = response.ok() ? std::to_string(response->status) : "<error>";
  ++counters.requests[{method, code}];
  if (client.on_request_duration) client.on_request_duration(method, clock.Now() - call.sent);
  if (response.ok()) return FromHttp(call.request.verb(), std::move(*response), decoder);

  Error error = std::move(response).error();
  // A read changes nothing, so it does not matter whether the server executed it.
  if (error.kind == ErrorKind::kAmbiguous && !call.request.mutates()) {
    error.kind = ErrorKind::kServer;
  }
  return error;
}

void Client::Impl::Repeat(Id id, PendingCall& call, Duration wait) {
  if (wait == Duration{0}) return Queue(id, call);
  LeavePlace(call);
  call.backing_off = timers.At(clock.Now() + wait, [this, id] {
    PendingCall& rested = calls.at(id);
    rested.backing_off = 0;
    Queue(id, rested);
  });
}

// Calls the handler last, because a handler may destroy the client.
void Client::Impl::Finish(Id id, Result<Reply> result) {
  const ReplyHandler reply = std::move(calls.at(id).reply);
  EndCall(id);
  TakeTurns();
  reply(std::move(result));
}

void Client::Impl::FinishLater(Id id, Error error) {
  Later(std::move(calls.at(id).reply), std::move(error));
  EndCall(id);
}

// Calls `reply` with `error` from a timer, so that `reply` runs after Execute or Hold has returned.
void Client::Impl::Later(ReplyHandler reply, Error error) {
  timers.At(clock.Now(),
            lifetime.Guard([reply = std::move(reply), error = std::move(error)]() mutable {
              reply(std::move(error));
            }));
}

// Ends the calls that wait or back off, with kNotSent. Their callers must decide again when the
// server is back, because the cluster may have changed.
// Exception: a write of an Event that has not failed yet waits for Resume.
void Client::Impl::Hold() {
  held = true;
  congested = true;
  lists.waiting = {};
  gets.waiting = {};
  for (auto at = calls.begin(); at != calls.end();) {
    const Id id = at->first;
    const PendingCall& call = (at++)->second;
    if (call.in_flight != 0) continue;
    if (event_lane.contains(id) && call.retries.event == 0) continue;
    lane.erase(id);
    event_lane.erase(id);
    timers.Cancel(call.backing_off);
    FinishLater(id, ServerIsAway());
  }
}

void Client::Impl::Resume() {
  if (!std::exchange(held, false)) return;
  rate.StartSlowly(clock.Now());
  TakeTurns();
}

Client::Client(const Clock& clock, TimerQueue& timers, Transport& transport, Decoder& decoder,
               const WriteDeadline& write_deadline, std::string field_manager,
               ClientOptions options)
    : impl_(std::make_unique<Impl>(*this, clock, timers, transport, decoder, write_deadline,
                                   std::move(field_manager), options)) {
  WL_ASSERT(!impl_->field_manager.empty());
}

Client::~Client() = default;

void Client::Execute(const Request& request, ReplyHandler reply) {
  impl_->Execute(request, std::move(reply));
}

void Client::Hold() { impl_->Hold(); }
void Client::Resume() { impl_->Resume(); }

bool Client::congested() const { return impl_->congested; }

bool Client::write_may_arrive() const { return impl_->clock.Now() < impl_->writes_arrive_until; }

const ClientOptions& Client::options() const { return impl_->options; }

ClientCounters Client::counters() const {
  ClientCounters now = impl_->counters;
  now.in_flight = impl_->in_flight + impl_->events_in_flight;
  now.rate = impl_->rate.PerSecond(impl_->clock.Now());
  now.waiting = impl_->calls.size() - static_cast<size_t>(now.in_flight);
  return now;
}

}  // namespace windlass
