// The toy controller asks its oracle: a question to something that is not the API server.
#include <memory>
#include <optional>
#include <string>

#include "controller/core/step.h"
#include "test/catch.h"
#include "test/sim/windlass_process.h"
#include "test/toy/copied_map.h"
#include "test/toy/toy_controller.h"

namespace windlass::sim::toy_asks_test {
namespace {

constexpr Duration kLimit = seconds(600);

// Answers "Sky?" with "Sky? blue", some time later.
struct Oracle {
  ToyOracle Port() {
    return [this](const std::string& question,
                  const Controller::AnswerHandler& answer) -> Controller::CancelQuestion {
      ++asked;
      asked_at = loop.clock().Now();
      if (silent) return [this] { ++cancelled; };
      const TimerId timer = loop.After(latency, [this, question, answer] {
        if (fails > 0) {
          --fails;
          return answer(Error{ErrorKind::kNotFound, "the oracle is not there"});
        }
        answer(AnyValue::Of(question + " " + says));
        answer(AnyValue::Of(std::string("said twice")));
      });
      return [this, timer] {
        ++cancelled;
        loop.timers().Cancel(timer);
      };
    };
  }

  SimLoop& loop;
  std::string says = "blue";
  Duration latency = seconds(1);
  bool silent = false;
  int fails = 0;  // how many of the next questions fail
  int asked = 0;
  int cancelled = 0;
  MonotonicTime asked_at{};
};

struct Fixture {
  Fixture() {
    world.api().store().OnChange([this](const Change& change) {
      if (change.actor == "windlass" && change.key.resource == resources::kConfigMaps) ++writes;
    });
    world.Apply(CopiedMap("from", "to", "Sky?"));
    world.Apply(CopiedMap("to", "", ""));
  }
  bool Becomes(const std::string& value, Duration limit = kLimit) {
    return world.RunUntil([&] { return ValueOf(world, "to") == value; }, limit);
  }

  World world{1};
  Oracle oracle{world.loop()};
  const ProcessControllers toy = ProcessControllers::Only({ToyControllerEntry(oracle.Port())});
  int writes = 0;  // writes of ConfigMaps by Windlass
};

TEST_CASE_METHOD(Fixture,
                 "a question is answered by the oracle, and the answer is copied (Q-020)") {
  const WindlassProcess windlass(world, {}, toy);
  REQUIRE(Becomes("Sky? blue"));
  world.Apply(CopiedMap("from", "to", "Sea?"));
  REQUIRE(Becomes("Sea? blue"));
  world.Apply(CopiedMap("from", "to", "plain"));
  REQUIRE(Becomes("plain"));
  REQUIRE(world.Quiesce());
  CHECK(writes == 3);
  CHECK(oracle.cancelled == 0);
  CHECK(windlass.runtime().counters().internal_errors == 0);
}

TEST_CASE_METHOD(Fixture, "a question that fails is asked again, later and later (Q-020)") {
  oracle.fails = 8;
  WindlassProcess windlass(world, {}, toy);
  REQUIRE(world.RunUntil([&] { return oracle.asked == 8; }, kLimit));
  const MonotonicTime eighth = oracle.asked_at;
  REQUIRE(world.RunUntil([&] { return oracle.asked == 9; }, kLimit));
  CHECK(oracle.asked_at - eighth > seconds(2));
  CHECK(Becomes("Sky? blue"));
  // A question that fails counts neither as trouble of the API server, nor as a conflict with
  // another client, nor as an internal error.
  CHECK_FALSE(windlass.away());
  CHECK(windlass.runtime().counters().conflicts == 0);
  CHECK(windlass.runtime().counters().internal_errors == 0);
  CHECK(world.Complaints().empty());
}

TEST_CASE_METHOD(Fixture, "an oracle that does not answer holds up no other object (Q-020)") {
  oracle.silent = true;
  const WindlassProcess windlass(world, {}, toy);
  world.Apply(CopiedMap("other", "next", "1"));
  world.Apply(CopiedMap("next", "", ""));
  REQUIRE(world.RunUntil([&] { return ValueOf(world, "next") == "1"; }, seconds(5)));
  CHECK(oracle.cancelled == 0);
  REQUIRE(world.RunUntil([&] { return oracle.cancelled == 1; }, kAskDeadline + seconds(1)));
  oracle.silent = false;
  CHECK(Becomes("Sky? blue"));
  CHECK(writes == 2);
}

TEST_CASE_METHOD(Fixture,
                 "the end of a term cancels the question, and the next term asks (Q-020)") {
  oracle.latency = seconds(5);
  std::optional<WindlassProcess> windlass;
  windlass.emplace(world, ClientOptions{}, toy);
  REQUIRE(world.RunUntil([&] { return oracle.asked == 1; }, kLimit));
  const bool crashes = GENERATE(false, true);
  CAPTURE(crashes);
  if (crashes) {
    windlass.emplace(world, ClientOptions{}, toy);
  } else {
    windlass->Lead({});
  }
  CHECK(oracle.cancelled == 1);
  oracle.says = "grey";
  REQUIRE(Becomes("Sky? grey"));
  REQUIRE(world.Quiesce());
  CHECK(writes == 1);
}

TEST_CASE_METHOD(Fixture, "a write that was based on an answer is folded, and not repeated") {
  WindlassProcess windlass(world, WindlassProcess::Standby{}, {}, toy);
  world.RunFor(seconds(5));
  windlass.transport().LagStreams(seconds(3600));
  windlass.Lead({});
  REQUIRE(Becomes("Sky? blue"));
  world.RunFor(seconds(60));
  CHECK(writes == 1);
}

}  // namespace
}  // namespace windlass::sim::toy_asks_test
