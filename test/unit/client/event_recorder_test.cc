// What the recorder sends, when, and what it does not let itself be stopped by (D-536).
#include "kubeclient/client/event_recorder.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/client/client.h"
#include "kubeclient/client/event_series.h"
#include "kubeclient/client/retry.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::event_recorder_test {
namespace {

using nlohmann::json;

ObjectReference Deployment(const std::string& name, const std::string& namespace_ = "shop") {
  return {"apps/v1", "Deployment", {namespace_, name}, *Uid::Parse(kUid), {"40"}};
}
Event Normal(const std::string& message) {
  return {.reason = "ScalingReplicaSet", .message = message, .component = "deployment-controller"};
}
Event Warning(const std::string& message) {
  return {Event::Type::kWarning, "ReplicaSetCreateError", message};
}

struct Recorder : ClientWorld {
  Recorder() : ClientWorld({.qps = 0}) {}

  json Body(size_t index) const { return json::parse(transport.sent.at(index).body); }
  // Answers the oldest call as the server would: with the Event that it now has.
  void Accept(const std::string& version = "7") { transport.Answer(Stored(version)); }
  static HttpResponse Stored(const std::string& version) {
    const json event = {
        {"kind", "Event"},
        {"metadata",
         {{"namespace", "shop"}, {"name", "web.1"}, {"uid", kUid}, {"resourceVersion", version}}}};
    return {201, "application/json", event.dump(), {}};
  }

  NullLog log;
  EventRecorder recorder{clock, log, client};
};

TEST_CASE("An event is posted with upstream's fields") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Normal("Scaled up replica set web-1 from 0 to 3"));
  REQUIRE(world.transport.sent.size() == 1);
  const HttpRequest& http = world.transport.sent[0];
  CHECK(http.method == HttpMethod::kPost);
  CHECK(http.target.starts_with("/api/v1/namespaces/shop/events?"));
  const json want = {
      {"apiVersion", "v1"},
      {"kind", "Event"},
      {"metadata", {{"namespace", "shop"}, {"name", world.Body(0)["metadata"]["name"]}}},
      {"involvedObject",
       {{"apiVersion", "apps/v1"},
        {"kind", "Deployment"},
        {"namespace", "shop"},
        {"name", "web"},
        {"uid", kUid},
        {"resourceVersion", "40"}}},
      {"reason", "ScalingReplicaSet"},
      {"message", "Scaled up replica set web-1 from 0 to 3"},
      {"type", "Normal"},
      {"source", {{"component", "deployment-controller"}}},
      {"reportingComponent", "deployment-controller"},
      {"reportingInstance", ""},
      {"firstTimestamp", "2026-01-01T00:00:00Z"},
      {"lastTimestamp", "2026-01-01T00:00:00Z"},
      {"count", 1}};
  CHECK(world.Body(0) == want);
  CHECK(world.Body(0)["metadata"]["name"].get<std::string>().starts_with("web."));
  world.Accept();
  CHECK(world.recorder.counters().sent == 1);
}

TEST_CASE("An event about a cluster-scoped object stands in the default namespace") {
  Recorder world;
  world.recorder.Record(Deployment("node-1", ""), Warning("not ready"));
  CHECK(world.transport.sent[0].target.starts_with("/api/v1/namespaces/default/events?"));
  CHECK(world.Body(0)["metadata"]["namespace"] == "default");
  CHECK_FALSE(world.Body(0)["involvedObject"].contains("namespace"));
  CHECK(world.Body(0)["type"] == "Warning");
}

TEST_CASE("A message that is no UTF-8 is mended, not an exception") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Warning("bad \xff byte"));
  CHECK(world.Body(0)["message"] == "bad \xEF\xBF\xBD byte");
}

TEST_CASE("A repeat patches the count onto what the server said it has") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  world.Accept("7");
  world.Advance(seconds(5));
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  REQUIRE(world.transport.sent.size() == 2);
  CHECK(world.transport.sent[1].method == HttpMethod::kPatch);
  CHECK(world.SentNames()[1] == world.Body(0)["metadata"]["name"].get<std::string>());
  const json want = {{"count", 2},
                     {"lastTimestamp", "2026-01-01T00:00:05Z"},
                     {"message", "Scaled up"},
                     {"metadata", {{"uid", kUid}, {"resourceVersion", "7"}}}};
  CHECK(world.Body(1) == want);
  world.Accept("8");
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  CHECK(world.Body(2)["metadata"]["resourceVersion"] == "8");
}

TEST_CASE("Repeats while an event is under way are told by one patch (D-536)") {
  Recorder world;
  for (int i = 0; i < 5; ++i) world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  CHECK(world.transport.sent.size() == 1);
  world.Accept();
  REQUIRE(world.transport.sent.size() == 2);
  CHECK(world.Body(1)["count"] == 5);
  world.Accept();
  CHECK(world.transport.sent.size() == 2);
  CHECK(world.recorder.counters().sent == 2);
}

TEST_CASE("Repeats while an event is queued go out with it") {
  Recorder world;
  world.recorder.Record(Deployment("busy"), Normal("Scaled up"));
  for (int i = 0; i < 3; ++i) world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  CHECK(world.transport.sent.size() == 1);
  world.Accept();
  CHECK(world.Body(1)["count"] == 3);
}

// The answer to an event, or to the patch of its count.
struct FailureRow {
  std::string id;
  bool is_patch;
  Result<HttpResponse> answer;
  uint64_t sent;
  uint64_t dropped;
};

TEST_CASE("A refused event is dropped or begun anew, never in the way") {
  const std::vector<FailureRow> rows = {
      {"no right", false, Refusal(403, "Forbidden", "no"), 0, 1},
      {"namespace gone", false, Refusal(404, "NotFound", "namespaces \\\"shop\\\" not found"), 0,
       1},
      {"a try before it had landed", false, Refusal(409, "AlreadyExists", "exists"), 1, 0},
      {"an answer without identity", false,
       HttpResponse{201, "application/json", R"({"metadata":{"name":"web.1"}})", {}}, 1, 0},
      {"a patch that had landed", true, Refusal(409, "Conflict", "changed"), 2, 0},
      {"a patch refused", true, Refusal(422, "Invalid", "Event is invalid"), 1, 1},
  };
  for (const FailureRow& row : rows) {
    CAPTURE(row.id);
    Recorder world;
    world.recorder.Record(Deployment("web"), Normal("Scaled up"));
    if (row.is_patch) {
      world.Accept();
      world.recorder.Record(Deployment("web"), Normal("Scaled up"));
    }
    world.transport.Answer(row.answer);
    CHECK(world.transport.waiting() == 0);
    CHECK(world.recorder.counters().sent == row.sent);
    CHECK(world.recorder.counters().dropped == row.dropped);

    const std::string first_name = world.Body(0)["metadata"]["name"];
    const size_t before = world.transport.sent.size();
    world.recorder.Record(Deployment("web"), Normal("Scaled up"));
    REQUIRE(world.transport.sent.size() == before + 1);
    CHECK(world.transport.sent.back().method == HttpMethod::kPost);
    CHECK(world.Body(before)["count"] == 1);
    CHECK(world.Body(before)["metadata"]["name"] != first_name);
  }
}

TEST_CASE("An event that the server has forgotten is told anew with its count (D-536)") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  world.Accept();
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  world.transport.Answer(Refusal(404, "NotFound", "events \\\"web.1\\\" not found"));
  REQUIRE(world.transport.sent.size() == 3);
  CHECK(world.transport.sent[2].method == HttpMethod::kPost);
  CHECK(world.Body(2)["count"] == 2);
  SECTION("once, even if that fails, too") {
    world.transport.Answer(Refusal(404, "NotFound", "namespaces \\\"shop\\\" not found"));
    CHECK(world.transport.sent.size() == 3);
    CHECK(world.recorder.counters().dropped == 1);
  }
}

TEST_CASE("An event is tried three times at most") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  for (int i = 0; i < 10; ++i) {
    if (world.transport.waiting() > 0) {
      world.transport.Answer(TransportError(ErrorKind::kAmbiguous));
    }
    world.Advance(seconds(5));
  }
  CHECK(world.transport.sent.size() == static_cast<size_t>(kEventTriesMax));
  CHECK(world.recorder.counters().dropped == 1);
}

TEST_CASE("Without the right to write, events are dropped quietly") {
  Recorder world;
  world.write_deadline.Forbid();
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  world.RunDue();
  CHECK(world.transport.sent.empty());
  CHECK(world.recorder.counters().dropped == 1);
}

TEST_CASE("The queue is bounded; the oldest Normal event goes first (D-536)") {
  Recorder world;
  const auto record = [&](int from, int to, const Event& event) {
    for (int i = from; i < to; ++i) {
      world.recorder.Record(Deployment("d" + std::to_string(i)), event);
    }
  };
  const int full = 1 + static_cast<int>(kEventQueueMax);
  record(0, 1, Normal("in flight"));
  record(1, 2, Warning("the oldest of all"));
  record(2, full, Normal("queued"));
  CHECK(world.recorder.counters().dropped == 0);
  record(full, full + 10, Warning("late"));
  CHECK(world.recorder.counters().dropped == 10);
  CHECK(world.recorder.counters().recorded == static_cast<uint64_t>(full) + 10);

  std::map<std::string, int> sent;
  while (world.transport.waiting() > 0) world.Accept();
  for (size_t i = 0; i < world.transport.sent.size(); ++i) {
    ++sent[world.Body(i)["message"].get<std::string>()];
  }
  CHECK(sent["the oldest of all"] == 1);
  CHECK(sent["late"] == 10);
  CHECK(sent["queued"] == static_cast<int>(kEventQueueMax) - 1 - 10);
  CHECK(world.recorder.counters().sent == static_cast<uint64_t>(full));
}

TEST_CASE("A queue of Warnings alone loses its oldest") {
  Recorder world;
  const int full = 1 + static_cast<int>(kEventQueueMax);
  for (int i = 0; i <= full; ++i) {
    world.recorder.Record(Deployment("d" + std::to_string(i)), Warning("failed"));
  }
  CHECK(world.recorder.counters().dropped == 1);
  world.Accept();
  CHECK(world.Body(1)["involvedObject"]["name"] == "d2");
}

// --- namespaces ---

// Whom this serves: the users of "blog", while a webhook hangs on the Events of "shop".
TEST_CASE("A namespace whose Events hang holds up those of no other (C-018)") {
  Recorder world;
  for (const char* name : {"a", "b", "c"}) {
    world.recorder.Record(Deployment(name, "shop"), Normal("Scaled up"));
  }
  for (const char* name : {"d", "e"}) {
    world.recorder.Record(Deployment(name, "blog"), Normal("Scaled up"));
  }
  const auto sent = [&] {
    std::string names;
    for (size_t i = 0; i < world.transport.sent.size(); ++i) {
      names += world.Body(i)["involvedObject"]["name"].get<std::string>();
    }
    return names;
  };
  CHECK(sent() == "ad");  // of each namespace one
  world.transport.AnswerLast(Recorder::Stored("7"));
  CHECK(sent() == "ade");
  world.transport.AnswerLast(Recorder::Stored("7"));
  CHECK(sent() == "ade");
  world.Accept();
  CHECK(sent() == "adeb");
  Proves("C-018");
}

TEST_CASE("Events of many namespaces have few places, in order (C-018)") {
  Recorder world;
  for (int i = 0; i < kEventsInFlightMax + 2; ++i) {
    world.recorder.Record(Deployment("web", "n" + std::to_string(i)), Normal("Scaled up"));
  }
  CHECK(world.transport.waiting() == size_t{kEventsInFlightMax});
  world.Accept();
  REQUIRE(world.transport.sent.size() == size_t{kEventsInFlightMax} + 1);
  CHECK(world.Body(kEventsInFlightMax)["involvedObject"]["namespace"] ==
        "n" + std::to_string(kEventsInFlightMax));
}

TEST_CASE("Who has the most Events waiting loses them, and nobody else (C-018)") {
  Recorder world;
  RecordingLog log;
  EventRecorder recorder(world.clock, log, world.client);
  recorder.Record(Deployment("first", "blog"), Normal("Scaled up"));
  recorder.Record(Deployment("second", "blog"), Normal("Scaled up"));
  for (int i = 0; i < static_cast<int>(kEventQueueMax) + 50; ++i) {
    recorder.Record(Deployment("d" + std::to_string(i), "shop"), Warning("failed"));
  }
  CHECK(recorder.counters().dropped == 50);
  world.Accept();
  CHECK(world.Body(2)["involvedObject"]["name"] == "second");
  CHECK(log.lines == std::vector<std::string>{
                         "warning Events are dropped: too many wait to be written waiting=1000 "
                         "most_of_namespace=shop"});
}

TEST_CASE("The log warns of Events that a webhook does not answer for, once a minute (C-018)") {
  Recorder world;
  RecordingLog log;
  EventRecorder recorder(world.clock, log, world.client);
  const auto warnings = [&] {
    return std::ranges::count_if(log.lines, [](const std::string& line) {
      return line.starts_with(
          "warning an Event may not have been written: a webhook or the API server failed or gave "
          "no answer; other Events of the same namespace may be late ");
    });
  };
  const auto fail = [&](const std::string& name, HttpResponse answer) {
    recorder.Record(Deployment(name), Normal("Scaled up"));
    world.transport.Answer(std::move(answer));
  };
  fail("a", Refusal(403, "Forbidden", "no"));
  CHECK(warnings() == 0);
  fail("b", Refusal(500, "InternalError", "failed calling webhook \\\"x\\\": deadline"));
  CHECK(warnings() == 1);
  fail("c", Refusal(500, "InternalError", "failed calling webhook \\\"x\\\": deadline"));
  CHECK(warnings() == 1);
  world.Advance(kEventWarningEvery);
  fail("d", Refusal(500, "InternalError", "failed calling webhook \\\"x\\\": deadline"));
  CHECK(warnings() == 2);
}

TEST_CASE("The answer to a forgotten event is not taken for its successor's (D-536)") {
  Recorder world;
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  for (size_t i = 0; i < kEventCacheMax; ++i) {
    world.recorder.Record(Deployment("d" + std::to_string(i)), Normal("Scaled up"));
  }
  world.recorder.Record(Deployment("web"), Normal("Scaled up"));
  while (world.transport.waiting() > 0) world.Accept();
  int posts = 0;
  for (size_t i = 0; i < world.transport.sent.size(); ++i) {
    CHECK(world.transport.sent[i].method == HttpMethod::kPost);
    posts += world.Body(i)["involvedObject"]["name"] == "web" ? 1 : 0;
  }
  CHECK(posts == 2);
}

TEST_CASE("A recorder may go while its events are under way") {
  Recorder world;
  auto second = std::make_unique<EventRecorder>(world.clock, world.log, world.client);
  second->Record(Deployment("web"), Normal("Scaled up"));
  second.reset();
  world.Accept();
  CHECK(world.transport.waiting() == 0);
}

}  // namespace
}  // namespace windlass::event_recorder_test
