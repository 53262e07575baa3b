// What a former leader may have sent fails, before anything else is done for an object (L-012).
#include "controller/runtime/term_fence.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::term_fence_test {
namespace {

using Names = std::vector<std::string>;

const QueueKey kWeb{{"shop", "web"}};

Request Touch(const std::string& name, uint64_t uid) {
  return Request::MergePatch(resources::kReplicaSets,
                             {{"shop", name}, {0, uid}, ResourceVersion{"41"}}, "", "{}");
}

struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {
    controller.fence_writes = {Touch("web-1", 1), Touch("web-2", 2)};
  }
  void Raise() {
    fence.Raise(kWeb, {}, [this](const SyncResult& result, const Learned& said) {
      ++ends;
      ended = result;
      refused = said;
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
  Raise();
  CHECK(SentNames() == Names{"web-1", "web-2", "web-2"});
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
    CHECK(RefusalText(refused.front().asked, error) ==
          "the API server accepted a patch of replicasets shop/web-1 from Windlass, and did not "
          "keep metadata.annotations[windlass.dev/term], so a late write of the former leader may "
          "still change the object. Find the mutating admission policy or webhook that removes "
          "this annotation, and exempt the annotation from it, so that Windlass can go on");
  }
  CHECK(SentNames() == Names{"web-1", "web-1"});
  CHECK(log.lines.size() == 2);
  CHECK(log.lines[0].starts_with("warning could not fence off writes of the former leader;"));
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
