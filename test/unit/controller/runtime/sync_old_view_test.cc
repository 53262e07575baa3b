// What is not written when the caches may say nothing about the present (S-012). It serves users
// whose Pods a cut-off watch would otherwise take away.
#include <string>
#include <vector>

#include "controller/runtime/sync.h"
#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::sync_old_view_test {
namespace {

const ObjectKey kWeb = {"shop", "web"};

struct Row {
  std::string id;
  Write write;
  Duration oldest;  // at which it is sent
};

ObjectVersion VersionOf(const std::string& name) {
  return {{"shop", name}, *Uid::Parse(kUid), {"41"}};
}
Write WriteOf(Request request, bool needs_recent_view = false) {
  Write write{.request = std::move(request), .because = {Decision{"a test"}, {}}};
  write.needs_recent_view = needs_recent_view;
  return write;
}

std::vector<Row> Rows() {
  const Request size = Request::MergePatch(resources::kReplicaSets, VersionOf("web-1"), "",
                                           R"({"spec":{"replicas":3}})");
  return {
      {"a size that grows", WriteOf(size), kViewAgeForWrites},
      {"a size that shrinks", WriteOf(size, true), kViewAgeForRemovals},
      {"a deletion", WriteOf(Request::Delete(resources::kReplicaSets, VersionOf("web-1"))),
       kViewAgeForRemovals},
      {"an eviction", WriteOf(Request::Evict({"shop", "web-1-a"}, *Uid::Parse(kUid))),
       kViewAgeForRemovals},
      {"a Pod updated in place",
       WriteOf(Request::MergePatch(resources::kPods, VersionOf("web-1-a"), "", "{}"), true),
       kViewAgeForRemovals},
      {"a status",
       WriteOf(Request::MergePatch(resources::kDeployments, VersionOf("web"), "status", "{}")),
       kViewAgeForWrites},
  };
}

struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) { controller.objects[kWeb] = *Uid::Parse(kUid); }

  // Returns true if a sync that decides on `write` sends it.
  bool Sends(const Write& write) {
    controller.plan = [&write](const ObjectKey&, const Learned& learned) -> Step {
      if (!learned.empty()) return Wait{};
      return write;
    };
    SyncHooks hooks;
    hooks.done = [this](const SyncResult& result) { ended = result; };
    hooks.next_turn = [](const std::function<void()>& go_on) { go_on(); };
    Sync sync(SyncEnvironment{clock, log, client, events, folds, controllers, timers},
              QueueKey{kWeb}, std::move(hooks), std::nullopt);
    const int sent = controller.sent;
    sync.Start();
    CHECK(controller.sent - sent == (transport.sent.empty() ? 0 : 1));  // it knows of it
    return !transport.sent.empty();
  }

  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  std::optional<SyncResult> ended;
};

TEST_CASE_METHOD(
    Fixture, "on an old view no Pods are removed, on a very old one nothing is written (S-012)") {
  for (const Row& row : Rows()) {
    CAPTURE(row.id);
    transport.sent.clear();
    ended.reset();
    const MonotonicTime now = clock.Now();
    SECTION("young enough: " + row.id) {
      controller.view_at = MonotonicTime{now.since_start - row.oldest};
      CHECK(Sends(row.write));
    }
    SECTION("too old: " + row.id) {
      controller.view_at = MonotonicTime{now.since_start - row.oldest - seconds(1)};
      CHECK_FALSE(Sends(row.write));
      REQUIRE(ended.has_value());
      CHECK(ended->kind == SyncResult::Kind::kRetry);  // it is decided anew
      CHECK(ended->longest <= seconds(10));
    }
    SECTION("without caches: " + row.id) {
      controller.view_at.reset();
      CHECK(Sends(row.write));
    }
  }
}

}  // namespace
}  // namespace windlass::sync_old_view_test
