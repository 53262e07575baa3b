// Another cluster answers at the same address, or two clusters take turns there (R-061).
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "controller/workload/watch/workload_cache.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::identity_test {
namespace {

constexpr const char* kThis = "11111111-1111-4111-8111-111111111111";
constexpr const char* kOther = "22222222-2222-4222-8222-222222222222";

// Answers requests for namespace kube-system itself, and passes all others to the world.
class TwoClusters final : public Transport {
 public:
  TwoClusters(const Clock& clock, TimerQueue& timers, Transport& inner)
      : clock_(clock), timers_(timers), inner_(inner) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    if (!request.target.ends_with("/kube-system")) {
      return inner_.Call(std::move(request), std::move(reply));
    }
    timers_.At(clock_.Now() + milliseconds(5), [this, reply = std::move(reply)] {
      ++asked;
      if (broken) return reply(Error{ErrorKind::kAmbiguous, "timed out"});
      const bool other = taking_turns ? asked % 2 == 0 : moved;
      reply(HttpResponse{200,
                         "application/json",
                         R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":)"
                         R"("kube-system","uid":")" +
                             std::string(other ? kOther : kThis) + R"("}})",
                         {}});
    });
    return 0;
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    return inner_.Stream(std::move(request), std::move(handler));
  }
  void Cancel(CallId id) override { inner_.Cancel(id); }

  bool moved = false;         // the other cluster answers
  bool taking_turns = false;  // the two clusters answer in turn
  bool broken = false;        // neither cluster answers
  int asked = 0;

 private:
  const Clock& clock_;
  TimerQueue& timers_;
  Transport& inner_;
};

struct Fixture {
  Fixture() {
    world.Apply(SampleDeployment("web", 1));
    informers.on_reset = [this] { ++resets; };
  }
  InformerEnvironment Environment() {
    const InformerEnvironment real = process->environment();
    return {real.clock, real.random, real.log, real.timers, clusters, real.decoder};
  }
  void Sync() {
    cache.Start();
    REQUIRE(world.RunUntil([this] { return cache.HasSynced(); }, seconds(60)));
    world.RunFor(seconds(1));
    REQUIRE(resets == 0);
  }

  World world{1};
  std::unique_ptr<SimProcess> process = world.Boot();
  TwoClusters clusters{process->clock(), process->timers(), process->transport()};
  Informers informers{Environment(), ""};
  DeploymentStore deployments{informers};
  WorkloadCache cache{informers, deployments};
  int resets = 0;
};

TEST_CASE_METHOD(Fixture, "A server that is back is asked which one it is (R-061)") {
  Sync();
  clusters.moved = true;
  world.RunFor(seconds(3600));  // nothing makes Windlass ask
  REQUIRE(resets == 0);
  informers.TryNow(true);
  CHECK(world.RunUntil([this] { return resets == 1; }, seconds(1)));
  CHECK(world.RunUntil([this] { return cache.HasSynced(); }, seconds(60)));
}

TEST_CASE_METHOD(Fixture, "A server that does not say which one it is is asked again (R-061)") {
  Sync();
  clusters.moved = true;
  clusters.broken = true;
  informers.TryNow(true);
  world.RunFor(seconds(600));
  CHECK(resets == 0);
  clusters.broken = false;
  CHECK(world.RunUntil([this] { return resets == 1; }, seconds(61)));
}

TEST_CASE_METHOD(Fixture, "Two clusters that take turns cause no storm of lists (R-061)") {
  Sync();
  clusters.taking_turns = true;
  for (int i = 0; i < 2; ++i) {
    informers.TryNow(true);
    world.RunFor(seconds(1));
  }
  world.RunFor(seconds(600));
  CHECK(resets >= 2);
  CHECK(resets <= 60);
  clusters.taking_turns = false;
  world.RunFor(seconds(120));
  CHECK(cache.HasSynced());
}

}  // namespace
}  // namespace windlass::sim::identity_test
