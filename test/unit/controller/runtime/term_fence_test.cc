// What a former leader may have sent fails, before anything else is done for an object (L-012).
#include "controller/runtime/term_fence.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"
#include "test/unit/controller/runtime/term_world.h"

namespace windlass::term_fence_test {
namespace {

using Names = std::vector<std::string>;

Request Touch(const std::string& name, uint64_t uid) {
  return Request::MergePatch(resources::kReplicaSets,
                             {{"shop", name}, {0, uid}, ResourceVersion{"41"}}, "", "{}");
}

struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {
    controller.fence_writes = {Touch("web-1", 1), Touch("web-2", 2)};
  }
  void Raise(const LateWrites& late = {}) {
    fence.Raise(kWeb, late,
                [this](const SyncResult& result, const Learned& said, const LateWrites& later) {
                  ++ends;
                  ended = result;
                  refused = said;
                  still_late = later;
                });
  }

  // Raises the fence, whose touches are answered with the version that they name.
  void RaiseUnkept() {
    Raise();
    while (transport.waiting() > 0) transport.Answer(Success("web-1", "41"));
  }
  int64_t WentOn() const {
    return std::ranges::count_if(log.lines, [](const std::string& line) {
      return line.starts_with("warning the API server does not keep the annotation that fences");
    });
  }

  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  TermFence fence{SyncEnvironment{clock, log, client, events, folds, controllers, timers}, "5-7"};
  int ends = 0;
  std::optional<SyncResult> ended;
  Learned refused;
  LateWrites still_late;
};

TEST_CASE_METHOD(Fixture, "each object is touched once, and then the sync may begin (L-012)") {
  Raise();
  transport.Answer(Success("web-1", "42"));
  CHECK(ends == 0);
  transport.Answer(Success("web-2", "42"));
  CHECK(SentNames() == Names{"web-1", "web-2"});
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(refused.empty());
  Raise();
  CHECK(ends == 2);
  CHECK(transport.sent.size() == 2);
}

TEST_CASE_METHOD(Fixture, "a touch without an answer is looked for (L-012, S-003)") {
  Raise();
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kUncertain);
  REQUIRE(ended->unverified.has_value());
  CHECK(ended->unverified->request.key().name == "web-1");
}

TEST_CASE_METHOD(Fixture, "after a touch that is refused only the status is written (L-012)") {
  Raise();
  transport.Answer(Refusal(403, "Forbidden", "no"));
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kDone);
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().ends_walk);
}

TEST_CASE_METHOD(Fixture, "a lost race is tried again, the touches before it are not (L-012)") {
  Raise();
  transport.Answer(Success("web-1", "42"));
  transport.Answer(Refusal(409, "Conflict", "changed"));
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kConflict);
  REQUIRE(ended->lost.has_value());  // the Event about lost races names it (Q-006)
  CHECK(ended->lost->second.name == "web-2");
  Raise();
  CHECK(SentNames() == Names{"web-1", "web-2", "web-2"});
}

TEST_CASE_METHOD(Fixture, "a touch of an object that is gone is no lost race (L-012, S-003)") {
  Raise();
  transport.Answer(Refusal(404, "NotFound", R"(replicasets.apps "web-1" not found)"));
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kUncertain);
  REQUIRE(ended->unverified.has_value());
  CHECK(ended->unverified->request.key().name == "web-1");
}

// A webhook removes the annotation from each touch. The API server then has nothing to store: it
// answers with success, and the version stays.
TEST_CASE_METHOD(Fixture, "a touch that is not kept counts as refused (L-012)") {
  for (int i = 1; i <= 2; ++i) {
    Raise();
    transport.Answer(Success("web-1", "41"));
    CHECK(ends == i);
    CHECK(ended->kind == SyncResult::Kind::kDone);
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().ends_walk);
    REQUIRE_FALSE(refused.front().said.ok());
    const Error& error = refused.front().said.error();
    CHECK(error.kind == ErrorKind::kInvalid);
    CHECK(
        RefusalText(refused.front().asked, error) ==
        "the API server accepted a patch of replicasets shop/web-1 from Windlass, but did not "
        "keep metadata.annotations[windlass.dev/term]. So a late write of the former leader may "
        "still change the object. Windlass goes on at 2026-01-01T00:01:01Z at the latest, because "
        "no such write can arrive after that. Find the mutating admission policy or webhook that "
        "removes this annotation, and exempt the annotation from it. Then Windlass need not wait "
        "after a change of leader");
  }
  CHECK(SentNames() == Names{"web-1", "web-1"});
  CHECK(log.lines.size() == 2);
  CHECK(log.lines[0].starts_with("warning could not fence off writes of the former leader;"));
}

// Whom this serves: who has a webhook that removes annotations it does not know, and whose leader
// is killed in the middle of a rollout. Nobody else writes these ReplicaSets.
TEST_CASE_METHOD(Fixture, "a touch that is not kept holds up nothing after a minute (L-012)") {
  Names over;
  fence.on_late_writes_over = [&](const QueueKey& key) { over.push_back(key.ToString()); };
  Advance(seconds(1));
  RaiseUnkept();
  CHECK(refused.size() == 1);
  Advance(seconds(58));
  RaiseUnkept();
  CHECK(refused.size() == 1);
  CHECK(over.empty());
  CHECK(WentOn() == 0);
  Advance(seconds(2));
  CHECK(over == Names{kWeb.ToString()});
  RaiseUnkept();
  CHECK(ends == 3);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(refused.empty());
  CHECK(SentNames() == Names{"web-1", "web-1", "web-1", "web-2"});
  REQUIRE(WentOn() == 2);  // for each of the two objects
  CHECK(log.lines.back().find("replicasets shop/web-2") != std::string::npos);
  CHECK(log.lines.back().find("windlass.dev/term") != std::string::npos);
  CHECK(std::ranges::none_of(log.lines, [](const std::string& line) {
    return line.find("fenced off writes") != std::string::npos;  // this would not be true
  }));
  RaiseUnkept();
  CHECK(ends == 4);
  CHECK(transport.sent.size() == 4);
  Advance(seconds(600));
  CHECK(over.size() == 1);
}

// By its back-off alone, the key would be tried again long after that.
TEST_CASE_METHOD(TermWorld, "a fence that is not kept lets the sync go on after a minute (L-012)") {
  controller.fence_writes = {Touch("web-1", 1)};
  controller.plan = [](const ObjectKey&, const Learned& learned) -> Step {
    const auto refused = std::ranges::find_if(learned, &Outcome::ends_walk);
    if (refused != learned.end()) return Failed{.error = refused->said.error()};
    if (!learned.empty()) return Wait{};
    return Write{.request = PatchOf("web"), .because = {Decision{"a test"}, {}}};
  };
  const auto pass = [this](Duration time) {
    Advance(time);
    while (transport.waiting() > 0) transport.Answer(Success("web-1", "41"));
  };
  Begin("5-7");
  Look();
  pass(Duration{0});
  for (int i = 0; i < 59; ++i) pass(seconds(1));
  CHECK(std::ranges::count(SentNames(), std::string("web")) == 0);
  pass(seconds(1));
  CHECK(SentNames().back() == "web");
}

// Whom this serves: who has a validating policy for ReplicaSets that does not allow this
// annotation, and whose leader is killed in the middle of a rollout.
TEST_CASE_METHOD(Fixture, "a refused touch holds up nothing after a minute (L-012)") {
  const bool forbidden = GENERATE(true, false);
  const HttpResponse refusal =
      forbidden ? Refusal(403, "Forbidden", "no") : Refusal(422, "Invalid", "no");
  Names over;
  fence.on_late_writes_over = [&](const QueueKey& key) { over.push_back(key.ToString()); };
  Raise();
  transport.Answer(refusal);
  REQUIRE(refused.size() == 1);
  CHECK(RefusalText(refused.front().asked, refused.front().said.error()) ==
        "the API server refused to patch replicasets shop/web-1: no; this patch was to fence off "
        "late writes of the former leader. Windlass goes on without the patch at "
        "2026-01-01T00:01:01Z at the latest");
  CHECK(log.lines.back().find("or until the time in the error") != std::string::npos);
  CHECK(over.empty());
  Advance(seconds(60));
  CHECK(over == Names{kWeb.ToString()});
  Raise();
  while (transport.waiting() > 0) transport.Answer(refusal);
  CHECK(ends == 2);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(refused.empty());
  CHECK(SentNames() == Names{"web-1", "web-1", "web-2"});
  CHECK(log.lines.back().starts_with("warning the API server refuses the patch that fences off"));
  Raise();
  CHECK(ends == 3);
  CHECK(transport.sent.size() == 3);
}

// Whom this serves: whose webhook for ReplicaSets hangs. Time ends the danger here, too.
TEST_CASE_METHOD(Fixture, "a touch that is late twice holds up nothing after a minute (L-012)") {
  Error error{ErrorKind::kAmbiguous, "timed out"};
  error.http_status = 504;
  LateWrites late;
  for (int i = 0; i < 2; ++i) late.Note(Touch("web-1", 1), error);
  Names over;
  fence.on_late_writes_over = [&](const QueueKey& key) { over.push_back(key.ToString()); };
  Raise(late);
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().ends_walk);
  CHECK(refused.front().said.error().message.ends_with(
      "; this patch was to fence off late writes of the former leader. Windlass goes on without "
      "the patch at 2026-01-01T00:01:01Z at the latest"));
  CHECK(over.empty());
  Advance(seconds(51));
  Raise();  // a try would still be under way at that time
  CHECK(refused.size() == 1);
  CHECK(transport.sent.empty());
  Advance(seconds(9));
  CHECK(over == Names{kWeb.ToString()});
  Raise();
  CHECK(log.lines.back().starts_with("warning the API server does not complete the patch that "));
  transport.Answer(Success("web-2", "42"));
  CHECK(SentNames() == Names{"web-2"});
  REQUIRE(ends == 3);
  CHECK(ended->kind == SyncResult::Kind::kDone);
  CHECK(refused.empty());
}

// A patch that the sync sends later is like the touch, because only their bodies differ.
TEST_CASE_METHOD(Fixture, "a late touch that is over is not held against the next patch (L-012)") {
  controller.fence_writes = {Touch("web-1", 1)};
  Error error{ErrorKind::kAmbiguous, "timed out"};
  error.http_status = 504;
  LateWrites late;
  late.Note(Touch("web-1", 1), error);
  SECTION("it succeeded") {
    Raise(late);
    transport.Answer(Success("web-1", "42"));
    still_late.Note(Touch("web-1", 1), error);
  }
  SECTION("the fence went on without it") {
    late.Note(Touch("web-1", 1), error);
    Advance(seconds(60));
    Raise(late);
    CHECK(transport.sent.empty());
  }
  REQUIRE(ends == 1);
  CHECK(refused.empty());
  CHECK_FALSE(still_late.WhyRefused(Touch("web-1", 1)).has_value());
}

TEST_CASE_METHOD(Fixture, "a touch that may soon succeed is tried again for longer (L-012)") {
  Advance(seconds(61));
  Raise();
  transport.Answer(Refusal(409, "Conflict", "changed"));
  REQUIRE(ended.has_value());
  CHECK(ended->kind == SyncResult::Kind::kConflict);
}

TEST_CASE_METHOD(Fixture, "of many touches that are not kept, some are named in the log (L-012)") {
  controller.fence_writes.clear();
  for (uint64_t i = 1; i <= 30; ++i) {
    controller.fence_writes.push_back(Touch("web-" + std::to_string(i), i));
  }
  Advance(seconds(61));
  RaiseUnkept();
  CHECK(refused.empty());
  CHECK(transport.sent.size() == 30);
  CHECK(WentOn() == kUnfencedToldMax);
  CHECK(log.lines.back().find("no further objects like this one") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "an object that is gone is not looked at again (L-012)") {
  int over = 0;
  fence.on_late_writes_over = [&](const QueueKey&) { ++over; };
  RaiseUnkept();
  fence.Forget(kWeb);
  Advance(seconds(61));
  CHECK(over == 0);
}

TEST_CASE_METHOD(Fixture, "a touch that another change made unnecessary needs no keeping (L-012)") {
  Raise();
  transport.Answer(Success("web-1", "41"));
  REQUIRE(refused.size() == 1);
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"43"}}, "", "{}")};
  Raise();
  transport.Answer(Success("web-1", "43"));
  CHECK(ends == 2);
  CHECK(refused.empty());
}

TEST_CASE_METHOD(Fixture, "a touch that an earlier one made unnecessary is kept (L-012)") {
  controller.fence_writes.resize(1, Touch("web-1", 1));
  Raise();
  HttpResponse reply = Success("web-1", "41");
  const std::string mark = R"(,"annotations":{"windlass.dev/term":"5-7"}}})";
  reply.body.replace(reply.body.size() - 2, 2, mark);
  transport.Answer(reply);
  REQUIRE(ends == 1);
  CHECK(refused.empty());
  CHECK(ended->kind == SyncResult::Kind::kDone);
}

}  // namespace
}  // namespace windlass::term_fence_test
