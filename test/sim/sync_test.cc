// Syncs that do not end well, with the test's own planner: it throws, never has enough (Q-013,
// Q-014), or fails.
#include "controller/runtime/sync.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "controller/core/own_names.h"
#include "controller/runtime/term.h"
#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"

namespace windlass::sim::sync_test {
namespace {

WorldOptions WithLatency(Duration least, Duration most) {
  WorldOptions options;
  options.network.latency_min = least;
  options.network.latency_max = most;
  return options;
}

// A process that plans what the test says.
struct Fixture {
  explicit Fixture(WorldOptions options = {}) : world(1, std::move(options)) {
    write_deadline.AllowForGood();
    controller.plan = [this](const ObjectKey& key, const Learned& learned) {
      planned[key.name].push_back(process->clock().Now());
      return plan(key, learned);
    };
  }
  void Begin(std::vector<std::string> names) {
    for (const std::string& name : names) world.Apply(SampleDeployment(name, 1));
    for (const std::string& name : names) Add({"default", name});
  }
  void Add(const ObjectKey& key) {
    controller.objects[key] = {1, controller.objects.size()};
    term->Add(QueueKey{key}, Wake::kObjectChange);
  }

  // Begins a term after a take-over.
  void Lead(const std::string& taken_over_as) {
    term = std::make_unique<Term>(SyncEnvironment{process->clock(), log, client, events, folds,
                                                  controllers, process->timers()},
                                  process->random(), process->timers(), 4, counters, taken_over_as);
  }

  World world;
  std::unique_ptr<SimProcess> process = world.Boot();
  RecordingLog log;
  WriteDeadline write_deadline{process->clock()};
  Client client{process->clock(),   process->timers(), process->transport(),
                process->decoder(), write_deadline,    std::string(kOwnFieldManager)};
  EventRecorder events{process->clock(), process->log(), client};
  ControllerCounters counters;
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  std::function<Step(const ObjectKey&, const Learned&)> plan;
  std::map<std::string, std::vector<MonotonicTime>> planned;  // the times of its plans, by name
  std::unique_ptr<Term> term = std::make_unique<Term>(
      SyncEnvironment{process->clock(), log, client, events, folds, controllers, process->timers()},
      process->random(), process->timers(), 4, counters, std::nullopt);
};

size_t EventsWithReason(World& world, const std::string& reason) {
  size_t count = 0;
  for (const Object& event : world.api().List(resources::kEvents, "default")) {
    if ((*event)["reason"] == reason) ++count;
  }
  return count;
}

TEST_CASE("A planner that fails over one Deployment holds up no other (Q-014)") {
  Fixture fixture;
  fixture.plan = [](const ObjectKey& key, const Learned&) -> Step {
    if (key.name == "poison") throw std::length_error("a fault");
    return Wait{};
  };
  fixture.Begin({"poison", "well"});
  fixture.world.RunFor(seconds(3600));
  CHECK(fixture.planned["well"].size() == 1);
  const std::vector<MonotonicTime>& tries = fixture.planned["poison"];
  CHECK(tries.size() == fixture.counters.internal_errors);
  REQUIRE(tries.size() > kInternalErrorsMax + 5U);
  CHECK(tries.size() < 30);
  for (size_t i = kInternalErrorsMax; i < tries.size(); ++i) {
    CHECK(tries[i] - tries[i - 1] == kPolicyRetryMax);
  }
  CHECK(EventsWithReason(fixture.world, "WindlassInternalError") == 1);
}

TEST_CASE("An assertion that fails over one Deployment holds up no other (Q-014)") {
  Fixture fixture;
  fixture.plan = [](const ObjectKey& key, const Learned&) -> Step {
    const Result<int> wrong = Error{ErrorKind::kInvalid, "no number"};
    if (key.name == "poison") return Wait{seconds(*wrong)};  // asserts that there is a value
    return Wait{};
  };
  fixture.Begin({"poison", "well"});
  fixture.world.RunFor(seconds(60));
  CHECK(fixture.planned["well"].size() == 1);
  CHECK(fixture.counters.internal_errors == fixture.planned["poison"].size());
  CHECK(std::ranges::any_of(fixture.log.lines, [](const std::string& line) {
    return line.starts_with("error internal error in a sync deployment=default/poison error=") &&
           line.find("assertion failed: ok()") != std::string::npos;
  }));
}

TEST_CASE("A question that fails over one Deployment holds up no other (Q-014)") {
  const std::string question = GENERATE("StepsMax", "Reference", "MarksOf", "FenceWrites");
  CAPTURE(question);
  Fixture fixture;
  fixture.Lead("a term");  // with a fence
  fixture.controller.on_question = [&](std::string_view asked, const ObjectKey& key) {
    if (asked == question && key.name == "poison") throw std::length_error("a fault");
  };
  fixture.plan = [&](const ObjectKey& key, const Learned&) -> Step {
    if (question == "StepsMax" && key.name == "poison") {  // a plan that never ends
      return Read{Request::Get(resources::kDeployments, key), "again"};
    }
    return Failed{.error = {ErrorKind::kInvalid, "no"},
                  .events = {{Event::Type::kWarning, "Reason", "text"}}};
  };
  fixture.Begin({"poison", "well"});
  fixture.world.RunFor(seconds(60));
  CHECK(fixture.planned["well"].size() > 0);
  CHECK(std::ranges::any_of(fixture.log.lines, [](const std::string& line) {
    return line.starts_with("error internal error in a sync deployment=default/poison ");
  }));
  CHECK(std::ranges::none_of(fixture.log.lines, [](const std::string& line) {
    return line.starts_with("error internal error in a sync deployment=default/well");
  }));
}

TEST_CASE("A write that was refused and is planned again is a fault over its Deployment (Q-014)") {
  Fixture fixture;
  fixture.plan = [](const ObjectKey& key, const Learned&) -> Step {
    if (key.name != "poison") return Wait{};
    const ObjectVersion another{key, Uid{1, 1}, {"1"}};
    return Write{.request = Request::MergePatch(resources::kDeployments, another, "",
                                                R"({"metadata":{"labels":{"a":"b"}}})"),
                 .because = {Decision{"label"}, {}},
                 .go_on_if_refused = true};
  };
  fixture.Begin({"poison", "well"});
  fixture.world.RunFor(seconds(60));
  CHECK(fixture.planned["well"].size() == 1);
  CHECK(fixture.counters.internal_errors > 0);
  CHECK(fixture.counters.internal_errors * 2 == fixture.planned["poison"].size());
}

TEST_CASE("A Deployment that is not there is done at once, without a call (D-051)") {
  Fixture fixture;
  fixture.plan = [](const ObjectKey&, const Learned&) -> Step { return Wait{}; };
  fixture.Begin({"web"});
  fixture.term->Add({"default", "gone"}, Wake::kObjectChange);
  fixture.world.RunFor(seconds(3600));
  CHECK(fixture.planned.size() == 1);
  CHECK(fixture.planned["web"].size() == 1);
  CHECK(fixture.counters.internal_errors == 0);
  Proves("D-051 D-013");
}

TEST_CASE("A plan that never ends is ended after its steps, as a fault of ours (Q-014)") {
  Fixture fixture;
  size_t most = 0;
  fixture.plan = [&](const ObjectKey& key, const Learned& learned) -> Step {
    most = std::max(most, learned.size());
    return Read{Request::Get(resources::kDeployments, key), "again"};
  };
  fixture.Begin({"web"});
  fixture.world.RunFor(seconds(60));
  CHECK(most < static_cast<size_t>(kStepsPerSyncMax));
  CHECK(fixture.counters.internal_errors > 1);
  // A key with more than ten calls in one sync is noisy: one log line names its Deployment (Q-011).
  const auto tells = [](const std::string& line) {
    return line.find("needed many API calls") != std::string::npos;
  };
  REQUIRE(std::ranges::count_if(fixture.log.lines, tells) == 1);
  const std::string line = *std::ranges::find_if(fixture.log.lines, tells);
  CHECK(line.starts_with("warning "));
  CHECK(line.find(" deployment=default/web calls_in_sync=") != std::string::npos);
  CHECK(line.find(" calls_in_minute=") != std::string::npos);
}

TEST_CASE("A sync is ended between two steps when it has waited 30 s for the server (Q-013)") {
  Fixture fixture(WithLatency(seconds(2), seconds(3)));
  Duration longest{0};
  MonotonicTime began;
  int syncs = 0;
  fixture.plan = [&](const ObjectKey& key, const Learned& learned) -> Step {
    const MonotonicTime now = fixture.process->clock().Now();
    if (learned.empty()) {
      began = now;
      ++syncs;
    }
    longest = std::max(longest, now - began);
    return Read{Request::Get(resources::kDeployments, key), "again"};
  };
  fixture.Begin({"web"});
  fixture.world.RunFor(seconds(300));
  CHECK(longest <= kSyncDeadline);
  CHECK(syncs > 5);
  CHECK(fixture.counters.internal_errors == 0);  // a slow server is not an internal error
}

TEST_CASE("A failure that is not tried again is looked at when time alone may change something") {
  Fixture fixture;
  const bool looks_again = GENERATE(true, false);
  fixture.plan = [&](const ObjectKey&, const Learned&) -> Step {
    Failed failed{.error = {ErrorKind::kNamespaceTerminating, "no"}, .retry = Retry::kForget};
    if (looks_again) failed.look_again_in = seconds(600);
    return failed;
  };
  fixture.Begin({"web"});
  fixture.world.RunFor(seconds(1300));
  const std::vector<MonotonicTime>& tried = fixture.planned["web"];
  REQUIRE(tried.size() == (looks_again ? 3 : 1));
  for (size_t i = 1; i < tried.size(); ++i) CHECK(tried[i] - tried[i - 1] == seconds(600));
}

Step OverQuota() { return Failed{.error = {ErrorKind::kQuotaExceeded, "no"}}; }

TEST_CASE("Retries of a namespace cost a tenth of what the client may send (D-521)") {
  constexpr int kFull = 60;
  const size_t requests = GENERATE(0U, 2U);  // requests of each try
  Fixture fixture;                           // the client may send 50 per second, 100 at once
  size_t tries = 0;
  fixture.plan = [&](const ObjectKey& key, const Learned& learned) -> Step {
    if (learned.size() < requests) {
      return Read{Request::Get(resources::kDeployments, key), "a look"};
    }
    ++tries;
    return OverQuota();
  };
  std::vector<std::string> names;
  for (int i = 0; i < kFull; ++i) names.push_back("full-" + std::to_string(i));
  fixture.Begin(names);
  fixture.world.RunFor(seconds(30));
  const size_t tokens = 10 + 30 * 5;
  const size_t each = std::max(requests, size_t{1});
  CHECK(tries <= kFull + tokens / each + 10);
  CHECK(tries >= kFull + tokens / each - 20);
  Proves("D-521");
}

TEST_CASE("and a retry of another namespace waits for its own back-off alone (D-521)") {
  Fixture fixture;
  fixture.plan = [](const ObjectKey&, const Learned&) -> Step { return OverQuota(); };
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("full-" + std::to_string(i));
  fixture.Begin(names);
  fixture.world.RunFor(seconds(1));
  Json calm = SampleDeployment("calm", 1);
  calm["metadata"]["namespace"] = "calm";
  fixture.world.Apply(SampleNamespace("calm"));
  fixture.world.Apply(calm);
  const ObjectKey key{"calm", "calm"};
  fixture.Add(key);
  fixture.world.RunFor(seconds(10));
  const std::vector<MonotonicTime>& tried = fixture.planned["calm"];
  REQUIRE(tried.size() >= 5);
  Duration longest = kRetryFirst * 3 / 2;
  for (size_t i = 1; i < tried.size(); ++i, longest *= 2) {
    CHECK(tried[i] - tried[i - 1] <= longest);
  }
  Proves("D-521");
}

}  // namespace
}  // namespace windlass::sim::sync_test
