#include "test/sim/call_fates.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "test/sim/api_answer.h"
#include "test/sim/api_path.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr Duration kFreshWait = WatchHub::kFutureRevisionWait;
constexpr uint32_t kLinesBeforeCut = 12;

HttpResponse ResponseOf(const ApiAnswer& answer) {
  return {answer.code, "application/json", ServerText(*answer.body), {}};
}

// A proxy's answer, or a server's that shuts down: no metav1.Status.
HttpResponse Plain(int code) { return {code, "text/plain", "not now", {}}; }

HttpResponse ServerTimeout() {
  return {504,
          "application/json",
          R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
          R"("message":"Timeout: request did not complete within requested timeout",)"
          R"("reason":"Timeout","code":504})",
          {}};
}

HttpResponse Conflict(const HttpRequest& request) {
  const auto path = ParseTarget(request.target);
  return ResponseOf(UpdateConflict(*path->resource, path->name,
                                   "the object has been modified; please apply your changes to "
                                   "the latest version and try again"));
}

StreamEnd EndWith(int status) {
  StreamEnd end;
  end.status = status;
  end.error_body = "not now";
  return end;
}

StreamEnd EndWith(ErrorKind kind, const char* text) {
  StreamEnd end;
  end.error = Error{kind, text, 0};
  return end;
}

// All calls of one class count as one connection (CallClass).
std::string CallConnection(const HttpRequest& request, const std::string& client) {
  return client + (request.call_class == CallClass::kLease ? " lease" : "");
}

// HTTP/1.1: a watch has a connection to itself, which the next watch of the same cache reuses if
// the answer was complete.
std::string WatchConnection(const HttpRequest& request, const std::string& client) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  return client + " " + path + " " + request.accept;
}

bool Breaks(const CallFate& fate) {
  return !fate.answered || (fate.instead && !fate.instead->ok());
}

bool Breaks(const StreamFate& fate) {
  return fate.lines_max || (fate.refused && fate.refused->error);
}

bool IsWrite(const HttpRequest& request) { return request.method != HttpMethod::kGet; }

// Replaces the first `from` in `text`.
void Replace(std::string& text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// Returns true for a creation that does not arrive twice: a ReplicationController that is made
// again after its update has deleted it is one that a user keeps, and the update waits for its
// user.
bool MakesController(const HttpRequest& request) {
  return request.method == HttpMethod::kPost &&
         request.target.find("/replicationcontrollers?") != std::string::npos;
}

}  // namespace

const std::vector<std::string>& FaultKinds() {
  static const std::vector<std::string> kKinds = {
      "slow",      "slow-answer", "lost",        "lost-answer", "twice",   "409",       "429",
      "429-bare",  "500",         "503",         "504",         "webhook", "500-after", "503-after",
      "504-after", "reset",       "reset-after", "refused",     "lag",     "jitter",    "cut",
      "dead",      "mute",        "stream-500",  "replica",     "pinned"};
  return kKinds;
}

CallFates::CallFates(ApiServer& server, const std::vector<PlannedFault>& faults, uint64_t seed,
                     MonotonicTime begin, MonotonicTime end)
    : server_(server), begin_(begin), end_(end) {
  for (const PlannedFault& fault : faults) {
    uint64_t own = seed;
    for (const char letter : fault.kind)
      own = own * 1099511628211ULL + static_cast<uint8_t>(letter);
    faults_[fault.kind] = {fault.per_mille, milliseconds(fault.most), Random(own)};
  }
}

bool CallFates::Active() const {
  const MonotonicTime now = server_.loop().clock().Now();
  return now >= begin_ && now < end_;
}

CallFates::Fault* CallFates::Strikes(const char* kind) {
  const auto found = faults_.find(kind);
  if (found == faults_.end()) return nullptr;
  if (Below(found->second.random, 1000) >= found->second.per_mille) return nullptr;
  ++struck_;
  return &found->second;
}

CallFates::Fault* CallFates::ReplicaFor(const std::string& connection) {
  if (Fault* replica = Strikes("replica")) return replica;
  const auto pinned = faults_.find("pinned");
  if (pinned == faults_.end()) return nullptr;
  const auto [lags, is_new] = connections_.try_emplace(connection, false);
  if (is_new) lags->second = Strikes("pinned") != nullptr;
  return lags->second ? &pinned->second : nullptr;
}

CallFate CallFates::OfCall(const HttpRequest& request, const std::string& client) {
  CallFate fate;
  if (!Active()) return fate;
  DelayCall(fate);
  if (MakesController(request)) fate.again = {};
  const std::string connection = CallConnection(request, client);
  AskReplica(request, connection, fate);
  FailBefore(request, fate);
  if (fate.arrives) FailAfter(fate);
  if (Strikes("lost") != nullptr) fate.arrives = fate.answered = false;
  if (Strikes("lost-answer") != nullptr) fate.answered = false;
  if (Breaks(fate)) connections_.erase(connection);
  return fate;
}

void CallFates::DelayCall(CallFate& fate) {
  if (Fault* slow = Strikes("slow")) fate.before += slow->random.Between(Duration{0}, slow->most);
  if (Fault* slow = Strikes("slow-answer")) {
    fate.after += slow->random.Between(Duration{0}, slow->most);
  }
  if (Fault* twice = Strikes("twice")) fate.again = twice->random.Between(Duration{0}, twice->most);
}

// Of several faults the last one is what the caller gets.
void CallFates::FailBefore(const HttpRequest& request, CallFate& fate) {
  const auto fail = [&](Result<HttpResponse> with) {
    fate.arrives = false;
    fate.instead = std::move(with);
  };
  const bool update = IsWrite(request) && request.method != HttpMethod::kPost;
  if (update && Strikes("409") != nullptr) fail(Conflict(request));
  if (Fault* throttle = Strikes("429")) {
    HttpResponse response = ResponseOf(TooManyRequests("too many requests"));
    response.retry_after = seconds(1) + throttle->random.Between(Duration{0}, throttle->most);
    fail(std::move(response));
  }
  if (Strikes("429-bare") != nullptr) fail(Plain(429));
  if (Strikes("500") != nullptr) fail(ResponseOf(InternalError("etcdserver: leader changed")));
  if (Strikes("503") != nullptr) fail(Plain(503));
  if (Strikes("504") != nullptr) fail(ServerTimeout());
  if (IsWrite(request) && Strikes("webhook") != nullptr) {
    fail(ResponseOf(WebhookFailed("policy.windlass.example")));
  }
  if (Strikes("reset") != nullptr) fail(Error{ErrorKind::kAmbiguous, "connection reset", 0});
  if (Strikes("refused") != nullptr) fail(Error{ErrorKind::kNotSent, "connection refused", 0});
}

void CallFates::FailAfter(CallFate& fate) {
  if (Strikes("500-after") != nullptr) {
    fate.instead = ResponseOf(InternalError("etcdserver: request timed out"));
  }
  if (Strikes("503-after") != nullptr) fate.instead = Plain(503);
  if (Strikes("504-after") != nullptr) fate.instead = ServerTimeout();
  if (Strikes("reset-after") != nullptr) {
    fate.instead = Error{ErrorKind::kAmbiguous, "connection reset", 0};
  }
}

// Reads of any version are consistent there, too: the replica waits for etcd's. A list that must
// not be older than a revision is answered from its cache, once that has the revision; after three
// seconds the replica gives up.
void CallFates::AskReplica(const HttpRequest& request, const std::string& connection,
                           CallFate& fate) {
  const Fault* replica = ReplicaFor(connection);
  if (replica == nullptr || IsWrite(request)) return;
  if (request.target.find("resourceVersionMatch=NotOlderThan") == std::string::npos) return;
  const auto path = ParseTarget(request.target);
  if (!path) return;
  const std::string asked = path->Query("resourceVersion");
  const uint64_t held =
      server_.store().RevisionAt({server_.loop().clock().Now().since_start - replica->most});
  if (std::stoull(asked) > held) {
    if (replica->most <= kFreshWait) {
      fate.before += replica->most;
      return;
    }
    fate.arrives = false;
    fate.after += kFreshWait;
    fate.instead = ResponseOf(TooLargeResourceVersion(asked, held));
    return;
  }
  if (held <= server_.store().compacted()) return;
  fate.target = request.target;
  Replace(*fate.target, "resourceVersionMatch=NotOlderThan", "resourceVersionMatch=Exact");
  Replace(*fate.target, "resourceVersion=" + asked, "resourceVersion=" + std::to_string(held));
}

StreamFate CallFates::OfStream(const HttpRequest& request, const std::string& client) {
  StreamFate fate;
  if (!Active()) return fate;
  fate.until = end_;
  if (Fault* lag = Strikes("lag")) fate.lag = lag->random.Between(Duration{0}, lag->most);
  if (Fault* jitter = Strikes("jitter")) {
    fate.jitter = jitter->random.Between(Duration{0}, jitter->most);
  }
  Cut(fate);
  const std::string connection = WatchConnection(request, client);
  WatchReplica(request, connection, fate);
  if (Fault* fails = Strikes("stream-500")) {
    constexpr int kCodes[] = {429, 500, 503};
    fate.refused = EndWith(kCodes[Below(fails->random, 3)]);
  }
  if (Strikes("refused") != nullptr) {
    fate.refused = EndWith(ErrorKind::kNotSent, "connection refused");
  }
  if (Breaks(fate)) connections_.erase(connection);
  return fate;
}

void CallFates::Cut(StreamFate& fate) {
  if (Fault* cut = Strikes("cut")) fate.lines_max = Below(cut->random, kLinesBeforeCut);
  for (const char* kind : {"dead", "mute"}) {
    Fault* dead = Strikes(kind);
    if (dead == nullptr) continue;
    fate.lines_max = Below(dead->random, kLinesBeforeCut);
    fate.dies_silently = true;
    if (kind == std::string_view("mute")) continue;
    fate.noticed_after = dead->random.Between(kKeepAliveIdle, kDeadNoticedMax);
  }
}

// A watch that begins with the present state waits for it, like a list.
void CallFates::WatchReplica(const HttpRequest& request, const std::string& connection,
                             StreamFate& fate) {
  const Fault* replica = ReplicaFor(connection);
  if (replica == nullptr) return;
  fate.lag += replica->most;
  const bool initial = request.target.find("sendInitialEvents=true") != std::string::npos;
  if (initial && replica->most > kFreshWait) fate.refused = EndWith(504);
}

}  // namespace windlass::sim
