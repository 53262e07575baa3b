#include "test/sim/sim_transport.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "kubeclient/base/assert.h"
#include "kubeclient/client/retry.h"
#include "test/sim/api_path.h"
#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

CallFate Detailed(Fate fate) {
  CallFate detailed;
  detailed.arrives = fate == Fate::kDelivered || fate == Fate::kReplyLost;
  detailed.answered = fate != Fate::kRequestLost && fate != Fate::kReplyLost;
  if (fate == Fate::kForbidden) detailed.instead = HttpResponse{403, "text/plain", "no", {}};
  if (fate == Fate::kNotServed) {
    detailed.instead = HttpResponse{404, "text/plain", "404 page not found", {}};
  }
  return detailed;
}

// The client repeats no write that is older than kDecisionAgeMax, by a clock that may drift.
constexpr Duration kRepeatedMax = kDecisionAgeMax + seconds(1);

// The deadline, which the target names, differs from try to try.
std::string WriteKey(const HttpRequest& request) {
  return request.target.substr(0, request.target.find('?')) + " " + request.body;
}

// Returns the version of the object in a line of a watch; 0 if the line tells an error. What is in
// annotations is escaped.
uint64_t VersionIn(std::string_view line) {
  constexpr std::string_view kVersion = R"("resourceVersion":")";
  const size_t at = line.find(kVersion);
  if (at == std::string_view::npos) return 0;
  return std::strtoull(std::string(line.substr(at + kVersion.size(), 20)).c_str(), nullptr, 10);
}

bool AsksForMetadata(const HttpRequest& request) {
  return request.accept.find("PartialObjectMetadata") != std::string::npos;
}

}  // namespace

// The transport holds this state. Everything under way in the network has a weak reference to it,
// and finds out on arrival whether the process still lives.
struct SimTransport::Impl : std::enable_shared_from_this<SimTransport::Impl> {
  Impl(ApiServer& s, TimerQueue& t, Random r, SimTransportOptions o)
      : server(s), timers(t), random(r), options(std::move(o)) {}

  // What the process has seen of one resource.
  struct Shown {
    uint64_t without_watch = 0;  // the revision that was seen when the last watch ended
    bool opening = false;        // the lines that come now show objects, in any order
    bool resuming = false;       // the lines that come now show changes of the past, in their order
  };
  struct Stream {
    StreamHandler handler;
    Duration silence{0};
    WatchId watch = 0;
    TimerId idle_timer = 0;
    MonotonicTime arrives;   // the latest line; no later line overtakes it
    bool opened = false;     // on_open is on its way, or was called
    bool ended = false;      // the end is on its way to the handler
    Shown* shown = nullptr;  // set for a watch of these
    // For each line on its way: the revision that the process has seen before the line arrives.
    std::deque<uint64_t> under_way;
    StreamFate fate;
    size_t lines = 0;   // that the server sent
    bool cut = false;   // the connection broke; what was sent before still arrives
    bool dead = false;  // without a sign: nothing arrives any more
  };
  struct Pending {
    ReplyHandler reply;
    TimerId deadline_timer = 0;
    bool answered = false;
  };

  MonotonicTime Now() const { return server.loop().clock().Now(); }
  // Runs `callback` as a timer of the process, unless the transport is gone by that time.
  TimerId At(MonotonicTime time, std::function<void(Impl&)> callback) {
    if (options.clock != nullptr) time = options.clock->LocalTimeOf(time);
    return timers.At(time, [weak = weak_from_this(), run = std::move(callback)] {
      if (const auto self = weak.lock()) run(*self);
    });
  }
  Duration Latency() { return random.Between(options.latency_min, options.latency_max); }

  struct Decided {
    Sender sender;
    MonotonicTime at;
  };
  // The whole of a resource, as a list shows it when it arrives.
  struct Listed {
    Shown* resource = nullptr;
    uint64_t revision = 0;
  };
  void Answer(CallId id, Duration after, Result<HttpResponse> result,
              std::optional<Listed> listed = {});
  Shown* ShownFor(const ResourceId& resource, bool metadata);
  std::optional<Listed> ListedBy(const HttpRequest& request, const HttpResponse& response);
  void BreakDead(CallId id);
  void Arrive(CallId id, const HttpRequest& request, const CallFate& fate, const Sender& sender);
  Result<HttpResponse> Limited(const HttpRequest& request, HttpResponse response) const;
  void OpenWatch(CallId id, const HttpRequest& request);
  void Open(CallId id);
  void Line(CallId id, std::string line);
  void EndStream(CallId id, MonotonicTime at, StreamEnd end);
  void ArmIdle(CallId id);
  void StopShowing(const Stream& stream);
  uint64_t ShownOn(const Stream& stream) const;
  Duration LagOf(const Stream& stream) {
    const StreamFate& fate = stream.fate;
    if (Now() >= fate.until) return Duration{0};
    if (fate.jitter <= Duration{0}) return fate.lag;
    return fate.lag + random.Between(Duration{0}, fate.jitter);
  }
  Duration LongestLag() const;
  bool IsCut(CallId id, Stream& stream);
  uint64_t ShownOf(const Shown& resource) const;
  // Returns the revision up to which ReplicaSets and the watched kinds of owners were seen.
  uint64_t AllShown() const;
  // Likewise, and of the Pods that it watches.
  uint64_t AllSeen() const;
  void NoteAnswer(const HttpRequest& request, const Result<HttpResponse>& answer);
  // Returns what the process had seen when it decided on a request: now, unless the client repeats
  // what had no effect. Later than kRepeatedMax it never does, so the same bytes were decided anew.
  Sender SenderOf(const HttpRequest& request, bool late, Duration decided_ago);

  ApiServer& server;
  TimerQueue& timers;
  Random random;
  SimTransportOptions options;
  std::map<CallId, Pending> calls;
  std::map<CallId, Stream> streams;
  CallId last_id = 0;
  uint64_t call_count = 0;
  Duration stream_lag{0};
  // Writes without an effect so far, by their bytes: what was seen at each time they were sent.
  std::map<std::string, std::vector<Decided>> undone;
  std::map<ResourceId, Shown> owners;  // by kind, once it was watched
  Shown replica_sets;
  // Two caches, each with a watch of its own. A process may keep only one of them.
  Shown pods;
  Shown pod_metadata;
  Shown updates;  // of ReplicationControllers
  Shown controllers;
};

// An open watch has shown everything except the lines on their way.
uint64_t SimTransport::Impl::ShownOn(const Stream& stream) const {
  if (stream.watch == 0 || stream.ended) return 0;
  return stream.under_way.empty() ? server.store().revision() : stream.under_way.front();
}

void SimTransport::Impl::StopShowing(const Stream& stream) {
  if (stream.shown == nullptr) return;
  stream.shown->without_watch = std::max(stream.shown->without_watch, ShownOn(stream));
}

uint64_t SimTransport::Impl::ShownOf(const Shown& resource) const {
  uint64_t most = resource.without_watch;
  for (const auto& [id, stream] : streams) {
    if (stream.shown == &resource) most = std::max(most, ShownOn(stream));
  }
  return most;
}

uint64_t SimTransport::Impl::AllShown() const {
  if (owners.empty()) return 0;
  uint64_t least = ShownOf(replica_sets);
  for (const auto& [kind, shown] : owners) least = std::min(least, ShownOf(shown));
  return least;
}

uint64_t SimTransport::Impl::AllSeen() const {
  uint64_t least = AllShown();
  for (const Shown* cache : {&pods, &pod_metadata}) {
    // The first watch of Pods is opened when they are needed. Before it shows any, none is known.
    const uint64_t shown = ShownOf(*cache);
    if (shown > 0) least = std::min(least, shown);
  }
  return least;
}

// Returns the longest time that a line of an open stream may have been kept back.
Duration SimTransport::Impl::LongestLag() const {
  Duration longest{0};
  for (const auto& [id, stream] : streams) {
    longest = std::max(longest, stream.fate.lag + stream.fate.jitter);
  }
  return longest;
}

Sender SimTransport::Impl::SenderOf(const HttpRequest& request, bool late, Duration decided_ago) {
  Sender sender{AllShown(), AllSeen(), nullptr, late};
  if (request.method == HttpMethod::kGet) return sender;
  // A line that was under way then had not been seen, either. The answer that led to the decision
  // came a moment before its request began to wait.
  uint64_t known = kAllShown;
  if (decided_ago > Duration{0}) {
    const Duration under_way = options.latency_max + options.latency_max + LongestLag();
    known = server.store().RevisionAt(Now() + -(decided_ago + under_way));
  }
  sender.shown = std::min(sender.shown, known);
  sender.seen = std::min(sender.seen, known);
  Revisions shown_of;
  shown_of[resources::kReplicaSets] = std::min(ShownOf(replica_sets), known);
  for (const auto& [kind, shown] : owners) shown_of[kind] = std::min(ShownOf(shown), known);
  if (const uint64_t shown = ShownOf(updates); shown > 0) {
    shown_of[resources::kReplicationControllerUpdates] = std::min(shown, known);
  }
  if (const uint64_t shown = ShownOf(controllers); shown > 0) {
    shown_of[resources::kReplicationControllers] = std::min(shown, known);
  }
  sender.shown_of = std::make_shared<const Revisions>(std::move(shown_of));
  std::vector<Decided>& sent = undone[WriteKey(request)];
  std::erase_if(sent, [&](const Decided& one) { return Now() - one.at > kRepeatedMax; });
  sent.push_back({sender, Now()});
  if (sent.size() > 1) {
    sender = sent.front().sender;
    sender.late = true;
  }
  return sender;
}

// The client repeats only what did nothing. Anything else is decided anew.
void SimTransport::Impl::NoteAnswer(const HttpRequest& request,
                                    const Result<HttpResponse>& answer) {
  if (request.method == HttpMethod::kGet) return;
  const bool did_nothing = answer.ok() ? answer->status == 429 || answer->status >= 500
                                       : answer.error().kind == ErrorKind::kNotSent;
  if (!did_nothing) undone.erase(WriteKey(request));
}

SimTransport::Impl::Shown* SimTransport::Impl::ShownFor(const ResourceId& resource, bool metadata) {
  if (IsOwnerKind(resource)) return &owners[resource];
  if (resource == resources::kReplicaSets) return &replica_sets;
  if (resource == resources::kReplicationControllerUpdates) return &updates;
  if (resource == resources::kReplicationControllers) return &controllers;
  if (resource == resources::kPods) return metadata ? &pod_metadata : &pods;
  return nullptr;
}

// Returns what the last page of a list of whole objects shows; nullopt for any other answer. Lists
// of one namespace or of metadata do not go into caches.
std::optional<SimTransport::Impl::Listed> SimTransport::Impl::ListedBy(
    const HttpRequest& request, const HttpResponse& response) {
  if (request.method != HttpMethod::kGet || response.status != 200) return std::nullopt;
  const auto path = ParseTarget(request.target);
  if (!path || !path->name.empty() || !path->namespace_.empty()) return std::nullopt;
  if (!path->Query("labelSelector").empty() || !path->Query("fieldSelector").empty()) return {};
  if (AsksForMetadata(request)) return std::nullopt;
  Shown* resource = ShownFor(path->resource->resource, /*metadata=*/false);
  if (resource == nullptr) return std::nullopt;
  // The list's own metadata stand before the items, but in a list of custom resources behind them
  // (server_text.cc).
  constexpr std::string_view kList = R"("metadata":{)";
  constexpr std::string_view kVersion = R"("resourceVersion":")";
  const std::string& body = response.body;
  const size_t list = path->resource->custom ? body.rfind(kList) : body.find(kList);
  if (list == std::string::npos) return std::nullopt;
  const std::string_view tail = std::string_view(body).substr(list, body.find('}', list) - list);
  const size_t version = tail.find(kVersion);
  if (version == std::string_view::npos || tail.find("\"continue\"") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string digits(tail.substr(version + kVersion.size(), 20));
  return Listed{resource, std::strtoull(digits.c_str(), nullptr, 10)};
}

// The handler runs later, from a timer. The first answer wins.
void SimTransport::Impl::Answer(CallId id, Duration after, Result<HttpResponse> result,
                                std::optional<Listed> listed) {
  const auto found = calls.find(id);
  if (found == calls.end() || found->second.answered) return;
  found->second.answered = true;
  timers.Cancel(found->second.deadline_timer);
  At(Now() + after, [id, listed, answer = std::move(result)](Impl& self) {
    if (listed) {
      uint64_t& shown = listed->resource->without_watch;
      shown = std::max(shown, listed->revision);
    }
    auto call = self.calls.extract(id);
    call.mapped().reply(answer);
  });
}

// Runs at the server, in the world's time, even if the caller no longer waits.
void SimTransport::Impl::Arrive(CallId id, const HttpRequest& request, const CallFate& fate,
                                const Sender& sender) {
  HttpResponse response;
  if (fate.arrives) {
    response = server.Handle(request, options.actor, sender);
  }
  if (!fate.answered) {
    undone.erase(WriteKey(request));
    return;
  }
  const Duration after = Latency() + fate.after;
  if (fate.instead) {
    NoteAnswer(request, *fate.instead);
    return Answer(id, after, *fate.instead);
  }
  auto listed = ListedBy(request, response);
  Result<HttpResponse> limited = Limited(request, std::move(response));
  if (!limited.ok()) listed.reset();
  NoteAnswer(request, limited);
  Answer(id, after, std::move(limited), listed);
}

Result<HttpResponse> SimTransport::Impl::Limited(const HttpRequest& request,
                                                 HttpResponse response) const {
  if (response.body.size() <= options.body_bytes_max) return response;
  const bool read_only = request.method == HttpMethod::kGet;
  const ErrorKind kind = read_only ? ErrorKind::kTooLarge : ErrorKind::kAmbiguous;
  return Error{kind, "the response is larger than the limit", 0};
}

void SimTransport::Impl::OpenWatch(CallId id, const HttpRequest& request) {
  const auto found = streams.find(id);
  if (found == streams.end() || found->second.ended) return;
  if (found->second.fate.refused) {
    return EndStream(id, Now() + Latency(), *found->second.fate.refused);
  }
  const std::weak_ptr<Impl> weak = weak_from_this();
  WatchSink sink;
  sink.on_line = [weak, id](std::string line) {
    if (const auto self = weak.lock()) self->Line(id, std::move(line));
  };
  sink.on_end = [weak, id](int status, std::string body) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    const auto stream = self->streams.find(id);
    if (stream == self->streams.end() || stream->second.dead) return;
    if (status == 200) self->Open(id);
    StreamEnd end;
    end.status = status;
    end.error_body = std::move(body);
    self->EndStream(id, std::max(stream->second.arrives, self->Now() + self->Latency()),
                    std::move(end));
  };
  Shown* shown = found->second.shown;
  const bool lists = request.target.find("sendInitialEvents") != std::string::npos;
  if (shown != nullptr) (lists ? shown->opening : shown->resuming) = true;
  const WatchId watch = server.Watch(request, options.actor, std::move(sink));
  if (shown != nullptr) shown->opening = shown->resuming = false;
  const auto open = streams.find(id);
  if (open == streams.end()) return;
  open->second.watch = watch;  // even if the watch has ended already: what it sent still arrives
  if (open->second.cut) server.StopWatch(watch);
  Open(id);
}

// Delivers the headers. No line overtakes them.
void SimTransport::Impl::Open(CallId id) {
  const auto found = streams.find(id);
  if (found == streams.end() || found->second.ended) return;
  if (std::exchange(found->second.opened, true)) return;
  Stream& stream = found->second;
  stream.arrives =
      std::max(stream.arrives, Now() + options.latency_min + stream_lag + LagOf(stream));
  At(stream.arrives, [id](Impl& self) {
    const auto at = self.streams.find(id);
    if (at == self.streams.end() || (at->second.ended && at->second.watch == 0)) return;
    if (at->second.handler.on_open) at->second.handler.on_open();
  });
}

// Returns true if the next line does not arrive, and ends the stream if that shows.
bool SimTransport::Impl::IsCut(CallId id, Stream& stream) {
  StreamEnd end;
  end.status = 200;
  const bool strikes =
      Now() < stream.fate.until && stream.lines >= stream.fate.lines_max.value_or(SIZE_MAX);
  if (strikes && stream.fate.dies_silently && !std::exchange(stream.dead, true)) {
    const auto noticed = stream.fate.noticed_after;
    if (noticed) At(Now() + *noticed, [id](Impl& self) { self.BreakDead(id); });
  }
  if (stream.dead) return true;
  if (!strikes) {
    ++stream.lines;
    return false;
  }
  end.error = Error{ErrorKind::kAmbiguous, "connection reset"};
  stream.cut = true;
  EndStream(id, std::max(stream.arrives, Now() + Latency()), std::move(end));
  // The server is just sending to this watch, so it is stopped later.
  server.loop().After(Duration{0}, [this_server = &server, watch = stream.watch] {
    this_server->StopWatch(watch);
  });
  return true;
}

void SimTransport::Impl::BreakDead(CallId id) {
  const auto found = streams.find(id);
  if (found == streams.end() || found->second.ended) return;
  StopShowing(found->second);
  server.StopWatch(std::exchange(found->second.watch, 0));
  StreamEnd end;
  end.status = 200;
  end.error = Error{ErrorKind::kAmbiguous, "connection timed out"};
  EndStream(id, Now(), std::move(end));
}

void SimTransport::Impl::Line(CallId id, std::string line) {
  const auto found = streams.find(id);
  if (found == streams.end() || found->second.ended) return;
  Stream& stream = found->second;
  Open(id);
  if (stream.shown != nullptr) {
    uint64_t before = server.store().revision() - 1;
    if (stream.shown->opening) before = stream.shown->without_watch;
    const uint64_t resumed = stream.shown->resuming ? VersionIn(line) : 0;
    if (resumed > 0) before = resumed - 1;
    stream.under_way.push_back(before);
  }
  if (IsCut(id, stream)) return;
  stream.arrives = std::max(stream.arrives, Now() + Latency() + stream_lag + LagOf(stream));
  // 64 readable bytes behind the line, as the real transport guarantees.
  const size_t size = line.size();
  line.append(64, '\0');
  At(stream.arrives, [id, size, text = std::move(line)](Impl& self) {
    const auto at = self.streams.find(id);
    // After Cancel or an end by silence, no line is delivered.
    if (at == self.streams.end() || (at->second.ended && at->second.watch == 0)) return;
    self.ArmIdle(id);
    if (!at->second.under_way.empty()) at->second.under_way.pop_front();
    const StreamHandler& handler = at->second.handler;
    const size_t limit = self.options.line_bytes_max;
    if (size <= limit) return handler.on_line(std::string_view(text).substr(0, size));
    if (!handler.on_long_line) return;
    handler.on_long_line(std::string_view(text).substr(0, std::min(limit, kLineHeadBytes)));
  });
}

void SimTransport::Impl::EndStream(CallId id, MonotonicTime at, StreamEnd end) {
  const auto found = streams.find(id);
  if (found == streams.end() || found->second.ended) return;
  StopShowing(found->second);
  found->second.ended = true;
  timers.Cancel(found->second.idle_timer);
  found->second.idle_timer = 0;
  At(at, [id, told = std::move(end)](Impl& self) {
    auto stream = self.streams.extract(id);
    stream.mapped().handler.on_end(told);
  });
}

void SimTransport::Impl::ArmIdle(CallId id) {
  Stream& stream = streams.at(id);
  timers.Cancel(stream.idle_timer);
  if (stream.ended) return;
  stream.idle_timer = At(Now() + stream.silence, [id](Impl& self) {
    self.StopShowing(self.streams.at(id));
    self.server.StopWatch(std::exchange(self.streams.at(id).watch, 0));
    StreamEnd end;
    end.status = 200;
    end.error = Error{ErrorKind::kAmbiguous, "no data for too long", 0};
    self.EndStream(id, self.Now(), std::move(end));
  });
}

SimTransport::SimTransport(ApiServer& server, TimerQueue& timers, Random random,
                           SimTransportOptions options)
    : impl_(std::make_shared<Impl>(server, timers, random, std::move(options))) {}

SimTransport::~SimTransport() {
  for (const auto& [id, stream] : impl_->streams) impl_->server.StopWatch(stream.watch);
}

CallId SimTransport::Call(HttpRequest request, ReplyHandler reply) {
  Impl& impl = *impl_;
  WL_ASSERT(request.deadline > Duration(0));
  const uint64_t number = impl.call_count++;
  CallFate fate;
  if (fate_of_call) {
    fate = fate_of_call(request);
  } else if (decide) {
    fate = Detailed(decide(number, request));
  }
  const CallId id = ++impl.last_id;
  Impl::Pending pending;
  pending.reply = std::move(reply);
  pending.deadline_timer = impl.At(impl.Now() + request.deadline, [id](Impl& self) {
    self.Answer(id, Duration(0),
                Error{ErrorKind::kAmbiguous, "deadline exceeded", 0, 0, ErrorDetail::kNoAnswer});
  });
  impl.calls.emplace(id, std::move(pending));
  // The request is on the wire: it arrives even if this process is gone before.
  ApiServer& server = impl.server;
  if (fate.target) request.target = *fate.target;
  const Duration takes = impl.Latency() + fate.before;
  const Duration waited = std::min(std::exchange(decided_ago, Duration{0}), kRepeatedMax);
  const Sender sender = impl.SenderOf(request, fate.before > Duration{0}, waited);
  if (fate.again && fate.arrives) {
    server.loop().After(takes + *fate.again, [&server, actor = impl.options.actor, sent = request,
                                              again = sender]() mutable {
      again.late = true;
      server.Handle(sent, actor, again);
    });
  }
  server.loop().After(takes, [weak = impl.weak_from_this(), &server, id, fate,
                              actor = impl.options.actor, sent = std::move(request), sender] {
    if (const auto self = weak.lock()) return self->Arrive(id, sent, fate, sender);
    if (fate.arrives) server.Handle(sent, actor, sender);
  });
  return id;
}

CallId SimTransport::Stream(HttpRequest request, StreamHandler handler) {
  Impl& impl = *impl_;
  WL_ASSERT(request.deadline > Duration(0));
  const CallId id = ++impl.last_id;
  Impl::Stream stream;
  stream.handler = std::move(handler);
  stream.silence = request.deadline;
  if (fate_of_stream) stream.fate = fate_of_stream(request);
  if (const auto path = ParseTarget(request.target)) {
    stream.shown = impl.ShownFor(path->resource->resource, AsksForMetadata(request));
  }
  impl.streams.emplace(id, std::move(stream));
  impl.ArmIdle(id);
  impl.server.loop().After(impl.Latency(),
                           [weak = impl.weak_from_this(), id, sent = std::move(request)] {
                             if (const auto self = weak.lock()) self->OpenWatch(id, sent);
                           });
  return id;
}

void SimTransport::Cancel(CallId id) {
  Impl& impl = *impl_;
  const Error cancelled{ErrorKind::kCancelled, "cancelled", 0};
  impl.Answer(id, Duration(0), cancelled);
  const auto found = impl.streams.find(id);
  if (found == impl.streams.end()) return;
  // An end that is already on its way still arrives; lines do not.
  impl.StopShowing(found->second);
  impl.server.StopWatch(std::exchange(found->second.watch, 0));
  StreamEnd end;
  end.error = cancelled;
  impl.EndStream(id, impl.Now(), std::move(end));
}

void SimTransport::LagStreams(Duration lag) { impl_->stream_lag = lag; }

uint64_t SimTransport::calls() const { return impl_->call_count; }
size_t SimTransport::open() const { return impl_->calls.size() + impl_->streams.size(); }

}  // namespace windlass::sim
