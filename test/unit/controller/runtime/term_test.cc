// When a term begins a sync, and what it does before the next one for the same key.
#include "controller/runtime/term.h"

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
