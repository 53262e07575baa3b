// After any write of a rollout in place, a controller that knows nothing of such rollouts takes
// over. It sees ordinary ReplicaSets, and finishes by replacing Pods (P-080, I-57). That controller
// is Windlass without any annotation of its own, which is upstream's logic.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/core/own_names.h"
#include "controller/deployment/deployment_controller.h"
#include "kubeclient/client/event_recorder.h"
#include "kubeclient/client/write_deadline.h"
#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_take_over_test {
namespace {

void HideIn(Json& object) {
  if (!object.is_object()) return;
  if (object.contains("metadata") && object["metadata"].contains("annotations")) {
    Json& annotations = object["metadata"]["annotations"];
    for (auto it = annotations.begin(); it != annotations.end();) {
      const bool ours = it.key().find("windlass.dev/") != std::string::npos;
      it = ours ? annotations.erase(it) : std::next(it);
    }
  }
  for (const char* inner : {"items", "object"}) {
    if (!object.contains(inner)) continue;
    if (object[inner].is_object()) HideIn(object[inner]);
    if (object[inner].is_array()) {
      for (Json& item : object[inner]) HideIn(item);
    }
  }
}

std::string Hidden(std::string_view text) {
  Json object = Json::parse(text, nullptr, false);
  if (object.is_discarded()) return std::string(text);
  HideIn(object);
  return object.dump();
}

// Hides Windlass's annotations in everything that the process receives.
class Blinkers final : public Transport {
 public:
  explicit Blinkers(Transport& inner) : inner_(inner) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    return inner_.Call(std::move(request), [reply = std::move(reply)](Result<HttpResponse> answer) {
      if (answer.ok()) answer->body = Hidden(answer->body);
      reply(std::move(answer));
    });
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    handler.on_line = [on_line = std::move(handler.on_line)](std::string_view line) {
      std::string hidden = Hidden(line);
      const size_t size = hidden.size();
      hidden.append(64, '\0');  // readable, as every transport guarantees
      on_line(std::string_view(hidden).substr(0, size));
    };
    return inner_.Stream(std::move(request), std::move(handler));
  }
  void Cancel(CallId id) override { inner_.Cancel(id); }

 private:
  Transport& inner_;
};

class StockProcess {
 public:
  explicit StockProcess(World& world) : process_(world.Boot()), blinkers_(process_->transport()) {
    runtime_.Start();
    write_deadline_.AllowForGood();
    runtime_.BeginTerm({});
  }

 private:
  InformerEnvironment Environment() {
    const InformerEnvironment real = process_->environment();
    return {real.clock, real.random, real.log, real.timers, blinkers_, real.decoder};
  }

  std::unique_ptr<SimProcess> process_;
  Blinkers blinkers_;
  WriteDeadline write_deadline_{process_->clock()};
  Client client_{process_->clock(),   process_->timers(), blinkers_,
                 process_->decoder(), write_deadline_,    std::string(kOwnFieldManager)};
  EventRecorder events_{process_->clock(), process_->log(), client_};
  Runtime runtime_{Environment(), client_, events_, {}, {DeploymentControllerEntry()}};
};

// A rollout from v1 that Windlass leaves for good after `writes` writes. `begin` changes the
// template.
struct Left {
  Left(const Json& deployment, const std::function<void(World&)>& begin, int writes) {
    World& world = run.world;
    run.Start(deployment);
    auto counting = std::make_shared<int>(0);
    world.api().store().OnChange([this, counting, writes](const Change& change) {
      if (change.actor != "windlass" || change.key.resource == resources::kEvents) return;
      if (run.windlass == nullptr || ++*counting != writes) return;
      gone = true;
      run.windlass->transport().decide = [](uint64_t, const HttpRequest&) {
        return Fate::kRequestLost;
      };
    });
    begin(world);
    run.Until([&] { return gone || world.IsComplete("web"); });
    run.windlass.reset();
    world.RunFor(seconds(1));
  }
  // Returns "" or what is wrong in the end.
  std::string FinishByStock() {
    const StockProcess stock(run.world);
    const std::string complaints = run.Until([&] { return run.world.IsComplete("web"); })
                                       ? ""
                                       : "the stock controller does not finish\n";
    if (!run.world.Quiesce()) return "it never rests";
    return complaints;
  }

  InPlaceRun run{1};
  bool gone = false;
};

constexpr int kWritesMax = 60;

std::function<void(World&)> To(const std::string& image) {
  return [image](World& world) { world.SetImage("web", image); };
}

// Leaves the rollout at each write in turn. `is_updated` judges a Pod in the end. Returns the
// number of writes.
int LeaveAtEachWrite(const Json& deployment, const std::function<void(World&)>& begin,
                     const std::function<bool(const Json& pod_spec)>& is_updated) {
  const auto size = static_cast<size_t>(IntAt(deployment, {"spec", "replicas"}));
  for (int writes = 1; writes < kWritesMax; ++writes) {
    CAPTURE(writes);
    Left left(deployment, begin, writes);
    if (!left.gone) return writes;
    REQUIRE(left.FinishByStock() == "");
    const std::vector<Object> pods = left.run.world.Pods("web");
    CHECK(pods.size() == size);
    for (const Object& pod : pods) CHECK(is_updated(At(*pod, {"spec"})));
  }
  return kWritesMax;
}

int LeaveAtEachWrite(const Json& deployment, const std::string& image) {
  return LeaveAtEachWrite(deployment, To(image),
                          [&](const Json& spec) { return ImageIn(spec, "web") == image; });
}

TEST_CASE("in place, the stock controller finishes what is left at any write (I-57)",
          "[in-place]") {
  const int writes = LeaveAtEachWrite(InPlaceDeployment(3, "app:v1"), "app:v2");
  CHECK(writes > 8);
  CHECK(writes < kWritesMax);
}

TEST_CASE("in place, the stock controller finishes what is left with stand-ins (I-57)",
          "[in-place]") {
  Json deployment = InPlaceDeployment(2, "app:v1");
  deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", 0}};
  const int writes = LeaveAtEachWrite(deployment, "app:v2");
  CHECK(writes > 8);
  CHECK(writes < kWritesMax);
}

TEST_CASE("in place, the stock controller finishes what is left of a resize (I-57)", "[in-place]") {
  const int writes = LeaveAtEachWrite(
      SizedDeployment(3, "500m"), [](World& world) { SetSizes(world, "750m"); },
      [](const Json& spec) {
        return TextAt(ResourcesIn(spec, "web"), {"requests", "cpu"}) == "750m";
      });
  CHECK(writes > 10);  // two for each Pod
  CHECK(writes < kWritesMax);
}

TEST_CASE("in place, undone midway the stock controller leaves Pods: the known hole (P-080)",
          "[in-place]") {
  Left left(InPlaceDeployment(3, "app:v1", {{"partition", "1"}}), To("app:v2"), kWritesMax);
  REQUIRE_FALSE(left.gone);  // Windlass rests at the partition
  REQUIRE(left.run.PodsOf("app:v2") == 2);
  REQUIRE(left.run.world.RolloutUndo("web"));
  REQUIRE(left.FinishByStock() == "");
  CHECK(left.run.PodsOf("app:v2") == 2);
  // Windlass, started again, brings the two Pods back to v1.
  left.run.windlass = std::make_unique<WindlassProcess>(left.run.world);
  REQUIRE(left.run.Until([&] { return left.run.PodsOf("app:v1") == 3; }));
  REQUIRE(left.run.Finish() == "");
}

}  // namespace
}  // namespace windlass::sim::in_place_take_over_test
