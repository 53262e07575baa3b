#include "kubeclient/client/guarded_transport.h"

#include <string>
#include <utility>

#include "kubeclient/client/about_the_object.h"

namespace windlass {
namespace {

// This bit is set in the id of a call that the guard refused. The inner transport does not know
// such a call.
constexpr CallId kRefusedBit = CallId{1} << 63U;

CallOutcome CallOutcomeOf(int status) {
  if (status == 500) return CallOutcome::kInternal;
  return status > 500 ? CallOutcome::kTrouble : CallOutcome::kUseful;
}

// Returns nullopt for an error that says nothing about the server: we cancelled the call, or could
// not read our credentials.
std::optional<CallOutcome> CallOutcomeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotSent: return CallOutcome::kRefused;
    case ErrorKind::kAmbiguous:
    case ErrorKind::kTls: return CallOutcome::kUnreachable;
    case ErrorKind::kMalformed: return CallOutcome::kTrouble;
    case ErrorKind::kTooLarge: return CallOutcome::kUseful;  // the server answered, at length
    default: return std::nullopt;
  }
}

std::optional<CallOutcome> CallOutcomeOf(HttpMethod method, const Result<HttpResponse>& response) {
  if (!response.ok()) {
    // The write was sent and got no usable answer. The cause may be a webhook and not the server:
    // the webhook is slow, or the message of its refusal is very long.
    const bool ambiguous = response.error().kind == ErrorKind::kAmbiguous;
    if (ambiguous && method != HttpMethod::kGet) return CallOutcome::kUnanswered;
    return CallOutcomeOf(response.error().kind);
  }
  // A 504 also says that the write was not answered in time.
  if (response->status == 504 && method != HttpMethod::kGet) return CallOutcome::kUnanswered;
  if (response->status >= 500 && MayBeAboutTheObject(method, *response)) return std::nullopt;
  return CallOutcomeOf(response->status);
}

// Returns nullopt in two cases:
//   - The stream ended before its headers, with an error that says nothing about the server.
//   - It began with a status below 300 and later ended with an error. That status may be minutes
//     old, and says nothing about the server now.
std::optional<CallOutcome> CallOutcomeOf(const StreamEnd& end) {
  if (end.error && end.status == 0) return CallOutcomeOf(end.error->kind);
  if (end.error && end.status < 300) return std::nullopt;
  return CallOutcomeOf(end.status);
}

// Returns the namespace in the path of a request: "a" of "/api/v1/namespaces/a/pods". Returns "" if
// there is none.
std::string NamespaceIn(std::string_view target) {
  constexpr std::string_view kBefore = "/namespaces/";
  const size_t at = target.find(kBefore);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = target.substr(at + kBefore.size());
  return std::string(rest.substr(0, rest.find_first_of("/?")));
}

}  // namespace

GuardedTransport::GuardedTransport(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                                   Transport& inner)
    : clock_(clock), random_(random), log_(log), timers_(timers), inner_(inner) {}

GuardedTransport::~GuardedTransport() {
  timers_.Cancel(probe_timer_);
  if (probe_ != 0) inner_.Cancel(probe_);
}

CallId GuardedTransport::Call(HttpRequest request, ReplyHandler reply) {
  if (!MayPass(request.call_class)) return Refuse(std::move(reply));
  ++sent_;
  auto noted = [this, life = lifetime_.Watch(), method = request.method,
                namespace_ = NamespaceIn(request.target),
                reply = std::move(reply)](Result<HttpResponse> response) {
    if (life.is_over()) return reply(std::move(response));
    Take(CallOutcomeOf(method, response), namespace_, [&] { reply(std::move(response)); });
  };
  return inner_.Call(std::move(request), std::move(noted));
}

// What the guard reports to the breaker about a stream:
//   - the first line: kUseful, because the server answers;
//   - each further line: kUseful, but only while the breaker is tripped, because the line may reset
//     the breaker. Otherwise further lines are not reported.
//   - the end: its outcome, but only if no line came. An end after lines says nothing about the
//     server.
CallId GuardedTransport::Stream(HttpRequest request, StreamHandler handler) {
  if (!MayPass(request.call_class)) {
    return Refuse([on_end = std::move(handler.on_end)](Error error) {
      on_end({0, "", std::move(error), std::nullopt});
    });
  }
  const auto heard = std::make_shared<bool>(false);
  StreamHandler observed;
  observed.on_open = std::move(handler.on_open);
  const auto take = [this, life = lifetime_.Watch(), heard](const std::function<void()>& handle) {
    const bool first = !std::exchange(*heard, true);
    if (life.is_over() || !(first || breaker_.tripped())) return handle();
    Take(CallOutcome::kUseful, {}, handle);
  };
  observed.on_line = [take, on_line = std::move(handler.on_line)](std::string_view line) {
    take([&] { on_line(line); });
  };
  observed.on_long_line = [take,
                           on_long_line = std::move(handler.on_long_line)](std::string_view head) {
    take([&] {
      if (on_long_line) on_long_line(head);
    });
  };
  observed.on_end = [this, life = lifetime_.Watch(), heard,
                     namespace_ = NamespaceIn(request.target),
                     on_end = std::move(handler.on_end)](StreamEnd end) {
    if (life.is_over() || *heard) return on_end(std::move(end));
    Take(CallOutcomeOf(end), namespace_, [&] { on_end(std::move(end)); });
  };
  ++sent_;
  return inner_.Stream(std::move(request), std::move(observed));
}

bool GuardedTransport::MayPass(CallClass call_class) {
  if (!breaker_.tripped()) return true;
  const MonotonicTime now = clock_.Now();
  if (call_class == CallClass::kLease && now - breaker_.opened_at() < kAwayLease) return true;
  if (now < next_pass_) return false;
  next_pass_ = now + kAwayPass;
  return true;
}

CallId GuardedTransport::Refuse(std::function<void(Error)> answer) {
  timers_.At(clock_.Now(), lifetime_.Guard([answer = std::move(answer)] {
    Error error{ErrorKind::kNotSent, "the API server does not answer"};
    error.detail = ErrorDetail::kHeldBack;
    answer(std::move(error));
  }));
  return kRefusedBit | ++refused_;
}

// Does nothing for a call that the guard refused, because Refuse has set a timer that answers it.
void GuardedTransport::Cancel(CallId id) {
  if ((id & kRefusedBit) == 0) inner_.Cancel(id);
}

// Reports the outcome to the breaker, and calls `handle`, which passes the answer or line on. Calls
// on_change
//   - before `handle` if the server goes away, so that the handler of the call repeats nothing;
//   - after `handle` if the server is back. Reason: on_change starts syncs again, and the syncs
//     need the answer. on_change also opens the watches anew, and the line of the old watch must
//     arrive first.
// `handle` may destroy the guard.
void GuardedTransport::Take(std::optional<CallOutcome> outcome, std::string_view namespace_,
                            const std::function<void()>& handle) {
  if (!outcome || !Note(*outcome, namespace_)) return handle();
  if (breaker_.tripped()) {
    TellChange();
    return handle();
  }
  const Lifetime::Witness life = lifetime_.Watch();
  handle();
  if (!life.is_over() && !breaker_.tripped()) TellChange();
}

// Returns true if this outcome trips or resets the breaker.
bool GuardedTransport::Note(CallOutcome outcome, std::string_view namespace_) {
  const bool before = breaker_.tripped();
  breaker_.Note(outcome, clock_.Now(), namespace_);
  if (outcome == CallOutcome::kRefused) was_refused_ = true;
  if (breaker_.tripped() != before) return true;
  if (!before && outcome == CallOutcome::kUseful) was_refused_ = false;
  return false;
}

void GuardedTransport::TellChange() {
  if (breaker_.tripped()) {
    ++times_away_;
    probes_sent_ = 0;
    next_pass_ = clock_.Now() + kAwayPass;
    log_.Warning("the API server does not answer; nothing is written until it does");
    if (probe_timer_ == 0) ScheduleProbe();
  } else {
    timers_.Cancel(std::exchange(probe_timer_, TimerId{0}));
    const Duration away = clock_.Now() - breaker_.opened_at();
    log_.Info("the API server answers again",
              {{"away_seconds", std::chrono::duration_cast<seconds>(away).count()}});
  }
  if (on_change) on_change(breaker_.tripped());
  if (!breaker_.tripped()) was_refused_ = false;
}

// Sets the timer of the next probe, which is always set while the server is away.
// The wait begins when the last probe is sent. If that probe has no answer when the wait ends, the
// guard waits for the same time again.
void GuardedTransport::ScheduleProbe() {
  const Duration wait = ProbeWait(probes_sent_);
  probe_timer_ = timers_.At(clock_.Now() + random_.Between(wait, wait * 6 / 5), [this] {
    probe_timer_ = 0;
    probe_ == 0 ? Probe() : ScheduleProbe();
  });
}

void GuardedTransport::Probe() {
  ++probes_sent_;
  ++probes_total_;
  ++sent_;
  HttpRequest request;
  request.target = "/readyz";
  request.accept = "*/*";
  request.deadline = kProbeDeadline;
  const auto answered = [this](const Result<HttpResponse>& response) {
    probe_ = 0;
    Take(CallOutcomeOf(HttpMethod::kGet, response), {}, [] {});
  };
  probe_ = inner_.Call(std::move(request), lifetime_.Guard(answered));
  ScheduleProbe();
}

}  // namespace windlass
