// When the first sync of a term begins: not before the controller's caches are complete (D-025),
// and not before they hold what the former leader wrote (L-011).
#include "controller/runtime/runtime.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/cache/wire.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::runtime_test {
namespace {

const ObjectKey kWeb{"shop", "web"};

// A controller of web, whose caches are what a test says. Each sync patches web once.
class WebController final : public WatchingController {
 public:
  explicit WebController(ControllerHost& the_host) : host(the_host) {}

  std::string_view kind() const override { return "Deployment"; }
  std::string_view log_field() const override { return "deployment"; }
  std::string_view component() const override { return "deployment-controller"; }
  std::optional<Step> Next(const ObjectKey&, const Learned& learned, WallTime) override {
    if (!learned.empty()) return Wait{};
    return Write{.request = PatchOf("web"), .because = {Decision{"a test"}, {}}};
  }
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override {
    return ObjectReference{"apps/v1", "Deployment", key, *Uid::Parse(kUid), {"40"}};
  }
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey&,
                                                  std::string_view) const override {
    return std::nullopt;
  }
  void Start() override {}
  void Stop() override {}
  bool HasSynced() const override { return synced; }
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override {
    visit(kWeb);
  }
  std::vector<ComparedCache> ComparedCaches() const override {
    ReflectorOptions options;
    options.resource = resources::kReplicaSets;
    options.metadata_only = true;
    return {{options, [this](const ListedVersions&) { return behind; }}};
  }
  std::vector<NeededRight> RightsNeeded() const override { return {}; }
  std::vector<std::string> Troubles() const override { return {}; }

  ControllerHost& host;
  bool synced = true;
  std::string behind;  // what the cache lacks of the barrier's list
};

struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {}

  ControllerList Controllers() {
    return {{"deployment", [this](ControllerHost& host) {
               auto made = std::make_unique<WebController>(host);
               controller = made.get();
               return made;
             }}};
  }
  auto Patches() const {
    return std::ranges::count(transport.sent, HttpMethod::kPatch, &HttpRequest::method);
  }

  Random random{1};
  NullLog log;
  EventRecorder events{clock, log, client};
  WebController* controller = nullptr;
  Runtime runtime{
      {clock, random, log, timers, transport, decoder}, client, events, {}, Controllers()};
};

TEST_CASE_METHOD(Fixture, "a term begins no sync before the barrier is passed (L-011)") {
  controller->behind = "shop/web-1";
  runtime.Start();
  runtime.BeginTerm({.barrier = true});
  Advance(seconds(1));
  CHECK(Patches() == 0);
  REQUIRE(transport.sent.size() == 1);  // the barrier's list
  transport.Answer(HttpResponse{
      200,
      "application/json",
      wire::ListOf("10", {wire::Object("a@3")}, "", "PartialObjectMetadataList", "meta.k8s.io/v1"),
      {}});
  controller->host.Wake(kWeb, Wake::kObjectChange);
  Advance(seconds(1));
  CHECK(Patches() == 0);
  CHECK(runtime.at_barrier().size() == 1);

  controller->behind.clear();
  controller->host.CacheChanged();
  Advance(Duration{0});
  CHECK(Patches() == 1);
  CHECK(runtime.at_barrier().empty());
}

TEST_CASE_METHOD(Fixture, "a term begins no sync before the caches are complete (D-025)") {
  controller->synced = false;
  runtime.Start();
  runtime.BeginTerm();
  controller->host.Wake(kWeb, Wake::kObjectChange);
  Advance(seconds(1));
  CHECK(Patches() == 0);

  controller->synced = true;
  controller->host.CacheSynced();
  Advance(Duration{0});
  CHECK(Patches() == 1);
  Proves("D-025");
}

}  // namespace
}  // namespace windlass::runtime_test
