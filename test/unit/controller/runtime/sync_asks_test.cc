// A sync asks a question: what it learns from the answer, and what follows if there is none
//
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/runtime/sync.h"
#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::sync_asks_test {
namespace {

const ObjectKey kWeb = {"shop", "web"};

Ask Question(const std::string& key, bool go_on_if_failed = false) {
  return {.key = key,
          .question = AnyValue::Of(key.size()),
          .why = "a test",
          .deadline = seconds(3),
          .go_on_if_failed = go_on_if_failed};
}

struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {
    controller.objects[kWeb] = *Uid::Parse(kUid);
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      seen = learned;
      return plan(learned);
    };
    controller.send = [this](const Ask& ask, Controller::AnswerHandler answer) {
      sent.push_back(ask.key + " " + std::to_string(ask.question.Get<size_t>()));
      deadlines.push_back(ask.deadline);
      handler = std::move(answer);
      return [this] { ++cancelled; };
    };
  }

  void Run() {
    SyncHooks hooks;
    hooks.done = [this](const SyncResult& result) { ended = result; };
    hooks.may_keep = [this](size_t bytes) { return (kept = bytes) <= room; };
    hooks.next_turn = [](const std::function<void()>& go_on) { go_on(); };
    sync = std::make_unique<Sync>(
        SyncEnvironment{clock, log, client, events, folds, controllers, timers}, QueueKey{kWeb},
        std::move(hooks), std::nullopt);
    sync->Start();
  }
  // Answers the latest question.
  void Answer(Result<AnyValue> answer) {
    const Controller::AnswerHandler to = handler;  // the next question replaces `handler`
    to(std::move(answer));
  }
  bool Logged(const std::string& text) const {
    for (const std::string& line : log.lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  std::function<Step(const Learned&)> plan;
  Learned seen;                       // of the latest plan
  std::vector<std::string> sent;      // the questions
  std::vector<Duration> deadlines;    // of the questions
  Controller::AnswerHandler handler;  // of the latest question
  int cancelled = 0;
  size_t room = 1000;
  size_t kept = 0;
  std::unique_ptr<Sync> sync;
  std::optional<SyncResult> ended;
};

TEST_CASE_METHOD(Fixture, "the planner learns the answer, once (Q-020)") {
  plan = [](const Learned& learned) -> Step {
    if (learned.empty()) return Question("who");
    return Wait{};
  };
  Run();
  CHECK(sent == std::vector<std::string>{"who 3"});
  CHECK_FALSE(ended);
  Answer(AnyValue::Of(std::string("me")));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(ended->calls == 0);  // none to the API server
  REQUIRE(seen.size() == 1);
  CHECK(FindOutcome(seen, IdentityOf(Question("who"))) == &seen[0]);
  CHECK(FindOutcome(seen, IdentityOf(Question("what"))) == nullptr);
  CHECK(seen[0].value.Get<std::string>() == "me");
  CHECK(seen[0].value.As<int>() == nullptr);
  CHECK(kept == 2);
  Answer(AnyValue::Of(std::string("you")));  // too late
  Advance(seconds(60));
  CHECK(cancelled == 0);
  CHECK(timers.empty());
  CHECK(transport.sent.empty());
}

TEST_CASE_METHOD(Fixture, "an answer before Send has returned is an internal error (Q-020)") {
  plan = [](const Learned&) -> Step { return Question("who"); };
  controller.send = [](const Ask&, const Controller::AnswerHandler& answer) {
    answer(AnyValue::Of(1));
    return nullptr;
  };
  Run();
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kInternal);
  CHECK(timers.empty());
}

TEST_CASE_METHOD(Fixture, "a failed question ends the sync with a back-off (Q-020)") {
  plan = [](const Learned&) -> Step { return Question("who"); };
  // The kind is the other server's: no object of this API server is gone or was changed.
  Error error{GENERATE(ErrorKind::kNotFound, ErrorKind::kConflict, ErrorKind::kServer), "no"};
  error.retry_after_ms = 7000;
  Run();
  Answer(error);
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kRetry);
  CHECK(ended->longest == kRetryMax);
  CHECK(ended->at_least == seconds(7));
  CHECK(Logged("a question failed"));
  CHECK(Logged("question=who"));
}

TEST_CASE_METHOD(Fixture, "a question without an answer fails at its deadline (Q-020)") {
  plan = [](const Learned&) -> Step { return Question("who"); };
  Run();
  Advance(milliseconds(2999));
  CHECK_FALSE(ended);
  Advance(milliseconds(1));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kRetry);
  CHECK(cancelled == 1);
  CHECK(Logged("no answer within 3000 ms"));
  Answer(AnyValue::Of(std::string("late")));
}

TEST_CASE_METHOD(Fixture, "the planner goes on without an answer if it said so (Q-020)") {
  plan = [](const Learned& learned) -> Step {
    if (learned.empty()) return Question("who", /*go_on_if_failed=*/true);
    return Wait{};
  };
  Run();
  Advance(seconds(3));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].said.error().kind == ErrorKind::kTimeout);
}

TEST_CASE_METHOD(Fixture,
                 "an answer that takes longer than a sync may wait is used (Q-013, Q-020)") {
  plan = [](const Learned& learned) -> Step {
    if (learned.size() > 1) return Wait{};
    Ask ask = Question(std::to_string(learned.size()));
    ask.deadline = kSyncDeadline + seconds(15);
    return ask;
  };
  Run();
  Advance(kSyncDeadline + seconds(10));
  Answer(AnyValue::Of(std::string("me")));
  CHECK(sent.size() == 2);
  Advance(seconds(10));
  Answer(AnyValue::Of(std::string("you")));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].value.Get<std::string>() == "me");
  CHECK(seen[1].value.Get<std::string>() == "you");
}

TEST_CASE_METHOD(Fixture,
                 "the time that questions wait leaves that for the server as it is (Q-013)") {
  plan = [](const Learned& learned) -> Step {
    if (learned.size() == 1) return Read{GetOf("web"), "a test"};
    return Question(std::to_string(learned.size()));
  };
  Run();
  Advance(seconds(2));
  Answer(AnyValue::Of(1));
  const bool over = GENERATE(false, true);
  Advance(kSyncDeadline + seconds(over ? 1 : 0));
  REQUIRE(transport.waiting() == 1);
  transport.Answer(Success());
  CHECK(ended.has_value() == over);
}

// A planner that asks ten members of a cluster, none of which answers, still gets to its end.
TEST_CASE_METHOD(Fixture, "the questions of a sync wait no longer than kAskingMax (Q-020)") {
  plan = [](const Learned& learned) -> Step {
    if (learned.size() == 10) return Wait{};
    Ask ask = Question(std::to_string(learned.size()), /*go_on_if_failed=*/true);
    ask.deadline = seconds(25);
    return ask;
  };
  Run();
  Advance(kAskingMax - milliseconds(1));
  CHECK_FALSE(ended);
  Advance(milliseconds(1));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(sent.size() == 3);  // 25 s, 25 s, 10 s
  CHECK(deadlines == std::vector<Duration>{seconds(25), seconds(25), seconds(10)});
  CHECK(cancelled == 3);
  REQUIRE(seen.size() == 10);
  for (const Outcome& outcome : seen) CHECK(outcome.said.error().kind == ErrorKind::kTimeout);
  CHECK(seen[2].said.error().message == "no answer within 10000 ms");
  CHECK(seen[3].said.error().message.starts_with("Windlass did not send "));
}

TEST_CASE_METHOD(Fixture, "a question that is not asked ends the sync with a back-off (Q-020)") {
  plan = [](const Learned& learned) -> Step {
    Ask ask = Question(std::to_string(learned.size()), /*go_on_if_failed=*/learned.empty());
    ask.deadline = kAskingMax;
    return ask;
  };
  Run();
  Advance(kAskingMax);
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kRetry);
  CHECK(ended->longest == kRetryMax);
  CHECK(sent.size() == 1);
  CHECK(Logged(
      "Windlass did not send this request, because this sync has already waited 60 s for answers"));
}

TEST_CASE_METHOD(Fixture, "a sync that ends cancels its question (Q-020)") {
  plan = [](const Learned&) -> Step { return Question("who"); };
  Run();
  SECTION("because the term ends") {
    sync.reset();
    CHECK_FALSE(ended);
  }
  SECTION("because the process drains") {
    sync->StopAsking();
    REQUIRE(ended);
    CHECK(ended->kind == SyncResult::Kind::kRetry);
  }
  CHECK(cancelled == 1);
  Answer(AnyValue::Of(std::string("late")));
  CHECK(timers.empty());
}

TEST_CASE_METHOD(Fixture, "questions count as steps, so that a plan without an end ends (Q-014)") {
  plan = [](const Learned& learned) -> Step { return Question(std::to_string(learned.size())); };
  Run();
  for (int i = 0; i < 2 * kStepsPerSyncMax && !ended; ++i) Answer(AnyValue::Of(1));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kInternal);
  CHECK(sent.size() == static_cast<size_t>(kStepsPerSyncMax));
}

TEST_CASE_METHOD(Fixture, "an answer for which there is no room ends the sync (R-067)") {
  room = 10;
  plan = [](const Learned&) -> Step { return Question("who"); };
  Run();
  Answer(AnyValue::Of(std::string(11, 'x')));
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kRetry);
}

TEST_CASE_METHOD(Fixture, "a controller that asks what it cannot send is at fault (Q-014)") {
  controller.send = nullptr;
  plan = [](const Learned&) -> Step { return Question("who"); };
  Run();
  REQUIRE(ended);
  CHECK(ended->kind == SyncResult::Kind::kInternal);
  CHECK(timers.empty());
}

}  // namespace
}  // namespace windlass::sync_asks_test
