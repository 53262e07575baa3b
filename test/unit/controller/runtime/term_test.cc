// When a term begins a sync, and what it does before the next one for the same key.
#include "controller/runtime/term.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::term_test {
namespace {

using Names = std::vector<std::string>;

const QueueKey kWeb{{"shop", "web"}};

// A term of a controller that patches web once in each sync.
struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {
    controller.objects[kWeb] = *Uid::Parse(kUid);
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      if (!learned.empty()) return Wait{};
      return Write{
          .request = PatchOf("web"), .because = {Decision{"a test"}, {}}, .patience = patience};
    };
  }
  void Begin(std::optional<std::string> taken_over_as = std::nullopt) {
    term.emplace(SyncEnvironment{clock, log, client, events, folds, controllers}, random, timers,
                 /*syncs_max=*/2, counters, std::move(taken_over_as));
  }
  void Look() {
    term->Add(kWeb, Wake::kObjectChange);
    Advance(Duration{0});
  }
  HttpMethod LastMethod() const { return transport.sent.back().method; }

  Random random{1};
  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  ControllerCounters counters;
  Duration patience{0};
  std::optional<Term> term;
};

TEST_CASE_METHOD(Fixture,
                 "after a write without an answer nothing is decided before a read (S-003)") {
  Begin();
  Look();
  REQUIRE(transport.waiting() == 1);
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  CHECK_FALSE(term->settled());
  Advance(seconds(1));
  REQUIRE(transport.sent.size() == 2);
  CHECK(LastMethod() == HttpMethod::kGet);
  SECTION("which is answered") {
    transport.Answer(Success());
    REQUIRE(transport.sent.size() == 3);
    CHECK(LastMethod() == HttpMethod::kPatch);
    transport.Answer(Success());
    Advance(Duration{0});
    CHECK(term->settled());
    CHECK(term->idle());
  }
  SECTION("which is refused again and again") {
    for (int i = 0; i < 3; ++i) {
      transport.Answer(Refusal(403, "Forbidden", "no"));
      Advance(seconds(60));
      REQUIRE(transport.waiting() == 1);
      CHECK(LastMethod() == HttpMethod::kGet);
    }
    CHECK_FALSE(term->settled());
  }
}

// An update of `name`'s size, whose refusal does not end the walk, and of the status of web.
Write Scale(const std::string& name) {
  return Write{
      .request = PatchOf(name), .because = {Decision{"scale"}, {}}, .go_on_if_refused = true};
}
Write Tell() {
  return Write{.request = Request::MergePatch(resources::kDeployments, Version("web"), "status",
                                              R"({"status":{"replicas":1}})"),
               .because = {Decision{"tell"}, {}},
               .go_on_if_refused = true};
}

// Of a controller that scales web-1 and web-2, and then writes the status.
struct LateFixture : Fixture {
  LateFixture() {
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      seen = learned;
      const bool ends = std::ranges::any_of(learned, &Outcome::ends_walk);
      for (const Write& write : {Scale("web-1"), Scale("web-2"), Tell()}) {
        if (ends && write.request.subresource().empty()) continue;
        if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
      }
      const auto failed =
          std::ranges::find_if(learned, [](const Outcome& o) { return !o.said.ok(); });
      if (failed == learned.end()) return Wait{};
      return Failed{.error = failed->said.error()};
    };
  }
  // Answers the read of a write that is in doubt, which shows that nothing has changed.
  void Verify() {
    Advance(seconds(1));
    REQUIRE(transport.waiting() == 1);
    REQUIRE(LastMethod() == HttpMethod::kGet);
    transport.Answer(Success());
  }
  std::vector<ErrorKind> Refused() const {
    std::vector<ErrorKind> kinds;
    for (const Outcome& outcome : seen) {
      if (!outcome.said.ok()) kinds.push_back(outcome.said.error().kind);
    }
    return kinds;
  }
  Learned seen;
};

Error NoAnswer() {
  return {ErrorKind::kAmbiguous, "no answer within 10 s", 0, 0, ErrorDetail::kNoAnswer};
}

TEST_CASE_METHOD(LateFixture,
                 "a write that is not completed in time is told, then tried anew (S-018)") {
  const Result<HttpResponse> late =
      GENERATE(Result<HttpResponse>(NoAnswer()),
               Result<HttpResponse>(Refusal(504, "Timeout", "request did not complete")));
  Begin();
  Look();
  CHECK(SentNames() == Names{"web-1"});
  transport.Answer(late);
  Verify();
  // Nothing but the status is sent: of the other write, too, no answer would come.
  CHECK(SentNames() == Names{"web-1", "web-1", "status"});
  CHECK(Refused() == std::vector{ErrorKind::kTimeout});
  REQUIRE(transport.waiting() == 1);
  transport.Answer(Success());
  Advance(seconds(1));
  CHECK(SentNames() == Names{"web-1", "web-1", "status", "web-1"});
  transport.Answer(Success());
  CHECK(SentNames().back() == "web-2");
}

TEST_CASE_METHOD(LateFixture, "a write that happened after all is not told (S-018)") {
  Begin();
  Look();
  transport.Answer(NoAnswer());
  controller.plan = [](const ObjectKey&, const Learned& learned) -> Step {
    if (FindOutcome(learned, Scale("web-2").request.Identity()) == nullptr) return Scale("web-2");
    return Wait{};
  };
  Verify();
  CHECK(SentNames() == Names{"web-1", "web-1", "web-2"});
}

TEST_CASE_METHOD(LateFixture,
                 "after a connection that broke off, the write is sent at once (S-018)") {
  Begin();
  Look();
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  Verify();
  CHECK(SentNames() == Names{"web-1", "web-1", "web-1"});
}

TEST_CASE_METHOD(LateFixture,
                 "a status that is not completed in time keeps no other write back (S-018)") {
  Begin();
  Look();
  transport.Answer(Success());
  transport.Answer(Success());
  CHECK(SentNames() == Names{"web-1", "web-2", "status"});
  transport.Answer(NoAnswer());
  Verify();
  CHECK(SentNames().back() == "web-1");
  transport.Answer(Success());
  transport.Answer(Success());
  CHECK(transport.waiting() == 0);
  CHECK(Refused() == std::vector{ErrorKind::kTimeout});
}

// The planner tells it in words of its own: ReplicaSetCreateError (D-175).
TEST_CASE_METHOD(LateFixture,
                 "a creation that is not completed in time does not end the walk (S-018)") {
  const Request create = Request::Create(resources::kReplicaSets, {"shop", "web-1"}, "{}");
  controller.plan = [&](const ObjectKey&, const Learned& learned) -> Step {
    seen = learned;
    if (!learned.empty()) return Wait{};
    return Write{.request = create, .because = {Decision{"create"}, {}}, .go_on_if_refused = true};
  };
  Begin();
  Look();
  transport.Answer(NoAnswer());
  Advance(seconds(1));
  transport.Answer(Refusal(404, "NotFound", "no"));
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().said.error().kind == ErrorKind::kTimeout);
  CHECK_FALSE(seen.front().ends_walk);
  CHECK(transport.waiting() == 0);
}

TEST_CASE_METHOD(LateFixture, "a touch that is not completed in time is told, too (L-012, S-018)") {
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"41"}}, "", "{}")};
  controller.plan = [](const ObjectKey&, const Learned& learned) -> Step {
    if (learned.size() == 1 && learned.front().ends_walk) return Tell();
    return learned.empty() ? Step(Scale("web-1")) : Step(Wait{});
  };
  Begin("5-7");
  Look();
  CHECK(SentNames() == Names{"web-1"});
  transport.Answer(NoAnswer());
  Verify();
  CHECK(SentNames() == Names{"web-1", "web-1", "status"});
}

TEST_CASE_METHOD(Fixture, "after a take-over the fence comes first (L-012)") {
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"41"}}, "", "{}")};
  Begin("5-7");
  Look();
  CHECK(SentNames() == Names{"web-1"});
  transport.Answer(Success("web-1"));
  CHECK(SentNames() == Names{"web-1", "web"});
}

TEST_CASE_METHOD(Fixture, "while the server is away keys stay where they are (C-012)") {
  Begin();
  client.Hold();
  Look();
  CHECK(counters.syncs == 0);
  client.Resume();
  Advance(Duration{0});
  CHECK(counters.syncs == 1);
  CHECK(SentNames() == Names{"web"});
}

TEST_CASE_METHOD(Fixture, "a term that drains begins nothing (Q-015)") {
  Begin();
  term->Drain();
  Look();
  CHECK(counters.syncs == 0);
}

TEST_CASE_METHOD(Fixture,
                 "the patience of a write counts from the first sync that wanted it (C-006)") {
  patience = seconds(10);
  Begin();
  Look();
  Advance(seconds(5));
  Look();
  CHECK(transport.sent.empty());
  Advance(seconds(5));
  CHECK(transport.sent.size() == 1);
}

}  // namespace
}  // namespace windlass::term_test
