// LeaseWorld: candidates for one Lease, in virtual time. Each candidate has a clock, timers and a
// write deadline of its own. The network delays and loses calls. LeaseServer does the API server's
// part: create, update, resourceVersion.
//
// After every event the world checks that at most one process may write (L-003 … L-007).
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/lease/leader_election.h"
#include "test/catch.h"
#include "test/unit/client/fake_transport.h"

namespace windlass {

// A clock that runs faster or slower than the world's, by `per_mille` / 1000.
class PacedClock final : public Clock {
 public:
  PacedClock(const MonotonicTime& world, int64_t per_mille) : world_(world), pace_(per_mille) {}

  MonotonicTime Now() const override { return {world_.since_start * pace_ / 1000}; }
  WallTime Wall() const override { return {WallMicros() / 1'000'000}; }
  int64_t WallMicros() const override { return wall_at_start + Now().since_start.count() / 1000; }
  // Returns the first time of the world at which this clock shows `local` or later.
  MonotonicTime WorldTimeOf(MonotonicTime local) const {
    return {(local.since_start * 1000 + Duration(pace_ - 1)) / pace_};
  }

  int64_t wall_at_start = 1767225600000000;

 private:
  const MonotonicTime& world_;
  int64_t pace_;
};

// What the network does with one call: how long request and reply take, and what is lost.
struct Fate {
  Duration out = milliseconds(5);
  Duration back = milliseconds(5);
  bool request_lost = false;
  bool reply_lost = false;
  bool not_sent = false;
};

// One Lease, kept as kube-apiserver does.
class LeaseServer {
 public:
  HttpResponse Handle(const HttpRequest& http) {
    ++calls;
    if (override_answer) return *override_answer;
    const bool create = http.method == HttpMethod::kPost;
    if (create && lease) return Refusal(409, "AlreadyExists", "leases already exists");
    if (!create && !lease) return Refusal(404, "NotFound", "leases not found");
    if (http.method == HttpMethod::kGet) return {200, "application/json", lease->dump(), {}};
    ++writes;
    nlohmann::json body = nlohmann::json::parse(http.body);
    if (!create && body["metadata"]["resourceVersion"] != (*lease)["metadata"]["resourceVersion"]) {
      return Refusal(409, "Conflict", "the object has been modified");
    }
    if (create) body["metadata"]["uid"] = "uid-" + std::to_string(++version_);
    lease = std::move(body);
    Touch();
    return {create ? 201 : 200, "application/json", lease->dump(), {}};
  }
  // Changes the Lease, as a user might.
  void Edit(const std::function<void(nlohmann::json& lease)>& edit) {
    edit(*lease);
    Touch();
  }
  const nlohmann::json& spec() const { return (*lease)["spec"]; }

  // Called after every change, with the type of its watch event.
  std::function<void(const std::string& type, const nlohmann::json& lease)> on_change;

  void Delete() {
    const nlohmann::json last = *std::exchange(lease, std::nullopt);
    if (on_change) on_change("DELETED", last);
  }

  std::optional<nlohmann::json> lease;
  std::optional<HttpResponse> override_answer;
  int calls = 0;
  int writes = 0;

 private:
  void Touch() {
    (*lease)["metadata"]["resourceVersion"] = std::to_string(++version_);
    if (on_change) on_change("MODIFIED", *lease);
  }
  int version_ = 100;
};

struct LeaseWorld;

// A process that runs leader election.
class Candidate final : public Transport {
 public:
  Candidate(LeaseWorld& world, std::string identity, int64_t pace, uint64_t seed,
            LeaderElectionOptions options);

  CallId Call(HttpRequest request, ReplyHandler reply) override;
  CallId Stream(HttpRequest request, StreamHandler handler) override;
  void Cancel(CallId id) override {
    Reply(id, Error{ErrorKind::kCancelled, "cancelled"});
    StreamEnd end;
    end.error = Error{ErrorKind::kCancelled, "cancelled"};
    EndStream(id, end);
  }
  void EndStream(CallId id, const StreamEnd& end);
  // Sends a watch event to each of its open watches.
  void Hear(const std::string& type, const nlohmann::json& lease);
  void Reply(CallId id, Result<HttpResponse> response);

  // Suspended: only its clock goes on. Crashed: it never does anything again.
  void Suspend() { suspended_ = true; }
  void Resume();
  void Crash() { crashed_ = true; }
  bool running() const { return !suspended_ && !crashed_; }
  bool crashed() const { return crashed_; }

  LeaseWorld& world;
  const std::string identity;
  PacedClock clock;
  TimerQueue timers;
  Random random;
  NullLog log;
  WriteDeadline write_deadline{clock};
  std::vector<std::pair<CallId, ReplyHandler>> open;
  struct Watch {
    CallId id;
    StreamHandler handler;
    Duration delay;
  };
  std::vector<Watch> watches;
  int watches_opened = 0;
  std::vector<std::string> sent;  // methods of its calls: "GET", "PUT", "POST"
  int terms = 0;
  int ended = 0;
  bool stopping = false;    // set and read by tests only
  bool saw_holder = false;  // it has ever known a holder
  LeaderElection election;

 private:
  bool suspended_ = false;
  bool crashed_ = false;
  void Deliver(std::function<void()> what);
  void Line(CallId id, std::string line);

  CallId last_id_ = 0;
  std::vector<std::function<void()>> backlog_;
};

struct LeaseWorld {
  LeaseWorld() {
    server.on_change = [this](const std::string& type, const nlohmann::json& lease) {
      for (const auto& candidate : candidates) candidate->Hear(type, lease);
    };
  }
  Candidate& Add(const std::string& identity, int64_t pace = 1000, uint64_t seed = 1,
                 LeaderElectionOptions options = {}) {
    options.namespace_ = "windlass-system";
    options.name = "windlass";
    options.identity = identity;
    options.field_manager = "windlass";
    return *candidates.emplace_back(
        std::make_unique<Candidate>(*this, identity, pace, seed, std::move(options)));
  }
  void After(Duration delay, std::function<void()> event) {
    events.At(now + delay, std::move(event));
  }

  // Runs everything that is due until `end`.
  void RunUntil(MonotonicTime end) {
    while (Step(end)) CheckGates();
    now = end;
    CheckGates();
  }
  void RunFor(Duration duration) { RunUntil(now + duration); }
  // Runs until `condition` holds. Returns how long that took; nullopt if longer than `limit`.
  std::optional<Duration> RunUntilTrue(const std::function<bool()>& condition, Duration limit) {
    const MonotonicTime start = now;
    while (!condition()) {
      if (!Step(start + limit)) return std::nullopt;
      CheckGates();
    }
    return now - start;
  }

  int OpenGates() const {
    int count = 0;
    for (const auto& candidate : candidates) {
      if (!candidate->crashed() && candidate->write_deadline.Allows()) ++count;
    }
    return count;
  }
  void CheckGates() {
    if (OpenGates() > 1) two_gates_open = true;
  }

  MonotonicTime now;
  TimerQueue events;  // timers of the network and of the test
  LeaseServer server;
  std::function<Fate(const Candidate&, const HttpRequest&)> fate;
  bool watchable = false;  // false: the server refuses watches with 403
  bool two_gates_open = false;
  std::vector<std::unique_ptr<Candidate>> candidates;

 private:
  // Runs the next timer of all. Returns false if none is due by `end`.
  bool Step(MonotonicTime end) {
    std::optional<MonotonicTime> next = events.next();
    TimerQueue* queue = &events;
    const Clock* clock = nullptr;
    for (const auto& candidate : candidates) {
      if (!candidate->running() || !candidate->timers.next()) continue;
      const MonotonicTime at = candidate->clock.WorldTimeOf(*candidate->timers.next());
      if (next && *next <= at) continue;
      next = at;
      queue = &candidate->timers;
      clock = &candidate->clock;
    }
    if (!next || *next > end) return false;
    now = std::max(now, *next);
    queue->RunDue(clock != nullptr ? clock->Now() : now, 1);
    return true;
  }
};

inline Candidate::Candidate(LeaseWorld& the_world, std::string the_identity, int64_t pace,
                            uint64_t seed, LeaderElectionOptions options)
    : world(the_world),
      identity(std::move(the_identity)),
      clock(the_world.now, pace),
      random(seed),
      election(clock, random, log, timers, *this, write_deadline, std::move(options)) {
  election.on_started_leading = [this] {
    WL_ASSERT(write_deadline.Allows() && terms == ended);
    ++terms;
  };
  election.on_stopped_leading = [this] {
    WL_ASSERT(!write_deadline.Allows() && terms == ended + 1);
    ++ended;
  };
}

inline CallId Candidate::Call(HttpRequest request, ReplyHandler reply) {
  const CallId id = ++last_id_;
  open.emplace_back(id, std::move(reply));
  sent.emplace_back(request.method == HttpMethod::kGet   ? "GET"
                    : request.method == HttpMethod::kPut ? "PUT"
                                                         : "POST");
  const Fate fate = world.fate ? world.fate(*this, request) : Fate{};
  if (fate.not_sent) {
    world.After(fate.out, [this, id] { Reply(id, Error{ErrorKind::kNotSent, "not sent"}); });
    return id;
  }
  timers.At(clock.Now() + request.deadline, [this, id] {
    Reply(id, Error{ErrorKind::kAmbiguous, "timed out"});
  });
  if (fate.request_lost) return id;
  world.After(fate.out, [this, id, fate, request = std::move(request)] {
    HttpResponse response = world.server.Handle(request);
    if (fate.reply_lost) return;
    world.After(fate.back, [this, id, response = std::move(response)] { Reply(id, response); });
  });
  return id;
}

inline void Candidate::Reply(CallId id, Result<HttpResponse> response) {
  const auto found = std::ranges::find(open, id, &std::pair<CallId, ReplyHandler>::first);
  if (found == open.end() || crashed_) return;
  auto handler = std::move(found->second);
  open.erase(found);
  Deliver([handler = std::move(handler), response = std::move(response)] { handler(response); });
}

inline void Candidate::Deliver(std::function<void()> what) {
  auto deliver = [this, what = std::move(what)] {
    what();
    saw_holder = saw_holder || !election.holder().empty();
  };
  if (suspended_) {
    backlog_.emplace_back(std::move(deliver));
  } else {
    deliver();
  }
}

// Opens a watch that the server refuses, or never ends. The request's fate says how long each of
// its lines takes. A watch whose request is lost never shows a line.
inline CallId Candidate::Stream(HttpRequest request, StreamHandler handler) {
  const CallId id = ++last_id_;
  const Fate fate = world.fate ? world.fate(*this, request) : Fate{};
  watches.push_back({id, std::move(handler), fate.out + fate.back});
  ++watches_opened;
  if (!world.watchable) {
    StreamEnd refused;
    refused.status = 403;
    world.After(fate.out, [this, id, refused] { EndStream(id, refused); });
  } else if (fate.request_lost) {
    watches.back().handler.on_line = nullptr;
  } else if (world.server.lease) {
    Line(id, nlohmann::json({{"type", "ADDED"}, {"object", *world.server.lease}}).dump());
  }
  return id;
}

inline void Candidate::Hear(const std::string& type, const nlohmann::json& lease) {
  const std::string line = nlohmann::json({{"type", type}, {"object", lease}}).dump();
  for (const Watch& watch : watches) Line(watch.id, line);
}

inline void Candidate::Line(CallId id, std::string line) {
  const auto watch = std::ranges::find(watches, id, &Watch::id);
  world.After(watch->delay, [this, id, line = std::move(line)] {
    const auto found = std::ranges::find(watches, id, &Watch::id);
    if (crashed_ || found == watches.end() || !found->handler.on_line) return;
    Deliver([on_line = found->handler.on_line, line] { on_line(line); });
  });
}

inline void Candidate::EndStream(CallId id, const StreamEnd& end) {
  const auto found = std::ranges::find(watches, id, &Watch::id);
  if (found == watches.end() || crashed_) return;
  auto on_end = std::move(found->handler.on_end);
  watches.erase(found);
  Deliver([on_end = std::move(on_end), end] { on_end(end); });
}

inline void Candidate::Resume() {
  suspended_ = false;
  for (const auto& deliver : std::exchange(backlog_, {})) deliver();
}

inline bool IsPut(const HttpRequest& http) { return http.method == HttpMethod::kPut; }

// Adds one candidate and lets it become the leader.
inline Candidate& StartLeader(LeaseWorld& world) {
  Candidate& leader = world.Add("a");
  leader.election.Start();
  world.RunFor(milliseconds(100));
  REQUIRE(leader.election.IsLeader());
  return leader;
}

}  // namespace windlass
