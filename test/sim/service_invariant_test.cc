// I-67 can be broken, and Services that follow their revisions break nothing. The test plays the
// controller with writes in its name.
#include "test/sim/service_invariant.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/rollout/service_patch.h"
#include "test/catch.h"
#include "test/sim/played_rollout.h"

namespace windlass::sim::service_invariant_test {
namespace {

constexpr const ResourceId& kKind = resources::kRollouts;

constexpr const char* kSteps = R"([{"setUpdated": 2}, {"pause": {}}])";

// Rollout web with 10 replicas was at app:1, of which ReplicaSet "old" has all Pods and which both
// Services select. It is at a pause with 2 Pods of app:2, of ReplicaSet "new".
struct Scene : PlayedRollout {
  Scene() {
    for (const char* name : {"stable", "canary"}) {
      Json service = {{"apiVersion", "v1"}, {"kind", "Service"}};
      service["metadata"] = {{"name", name}, {"namespace", "default"}};
      service["spec"]["selector"] = {{"app", "web"}};
      world.Apply(service);
    }
    Json web = SampleRollout("web", 10, "app:1");
    web["spec"]["strategy"] = {{"steps", Json::parse(kSteps)},
                               {"services", {{"stable", "stable"}, {"canary", "canary"}}}};
    rollout = world.Apply(web);
    Make("old", 10, "1");
    world.RunFor(kLater);
    Select("stable", "old");
    Select("canary", "old");
    Status(1);
    world.SetImage("web", "app:2", kKind);
    Make("new", 2, "2");
    Scale("old", 8);
    world.RunFor(seconds(200));  // users touched the Services long ago
  }

  void Status(int stable) {
    const auto edit = [&](Json& web) { web["status"]["stableRevision"] = stable; };
    REQUIRE(world.api().Update(kController, {kKind, "default", "web"}, "status", edit).ok());
  }
  void Select(const std::string& service, const std::string& hash,
              const std::string& actor = kController) {
    const auto edit = [&](Json& object) {
      object["spec"]["selector"]["pod-template-hash"] = hash;
      if (actor != kController) return;
      object["metadata"]["annotations"][std::string(rollout::kServiceOf)] =
          "web/" + UidOf(*rollout) + "/" + hash;
    };
    const StoreKey key{resources::kServices, "default", service};
    REQUIRE(world.api().Update(actor, key, "", edit).ok());
  }
  void User(const Json& spec) { world.Edit("web", {{"spec", spec}}, kKind); }
  void Rest() {
    world.RunFor(seconds(200));
    services.JudgeAtRest();
  }

  ServiceInvariant services{world};
};

struct Course {
  std::string id;
  std::string broken;  // "" or a part of the complaint
  void (*happen)(Scene& scene);
};

TEST_CASE("I-67: each Service selects its revision") {
  const Course course = GENERATE(values<Course>({
      {"the canary's at a pause", "",
       [](Scene& f) {
         f.Select("canary", "new");
         f.Rest();
       }},
      {"the canary's is late", "Service canary selects \"old\"", [](Scene& f) { f.Rest(); }},
      {"the stable one selects the canary", "Pods are held back from that revision",
       [](Scene& f) { f.Select("stable", "new"); }},
      {"it selects nothing of the Rollout", "which no ReplicaSet of its Rollout has",
       [](Scene& f) { f.Select("canary", "other"); }},
      {"no Pod is available", "none of whose Pods is available",
       [](Scene& f) {
         f.Make("third", 0, "3");
         f.Select("canary", "third");
       }},
      {"the last Pods go", "takes the last Pods of old, which Service canary selects",
       [](Scene& f) {
         f.User({{"strategy", {{"steps", nullptr}}}});
         f.Scale("new", 10);
         f.world.RunFor(Scene::kLater);
         f.Select("stable", "new");
         f.Scale("old", 0);
       }},
      {"the last Pods go after the Services", "",
       [](Scene& f) {
         f.User({{"strategy", {{"steps", nullptr}}}});
         f.Scale("new", 10);
         f.world.RunFor(Scene::kLater);
         f.Select("stable", "new");
         f.Select("canary", "new");
         f.Scale("old", 0);
         f.world.RunFor(Scene::kLater);
         f.Status(2);
         f.Rest();
       }},
      {"an abort leaves the canary's behind", "Service canary selects \"new\"",
       [](Scene& f) {
         f.Select("canary", "new");
         f.User({{"abort", true}});
         f.Rest();
       }},
      {"before a correction has an available Pod", "",
       [](Scene& f) {
         f.Select("canary", "new");
         f.world.SetImage("web", "app:3-never-ready", kKind);
         f.Make("third", 2, "3-never-ready");
         f.Select("canary", "old");
         f.Rest();
       }},
      {"somebody else's hash is left alone", "",
       [](Scene& f) {
         f.Select("canary", "mine", "user");
         f.Rest();
       }},
  }));
  CAPTURE(course.id);
  Scene scene;
  REQUIRE(scene.services.Complaints() == "");
  course.happen(scene);
  const std::string said = scene.services.Complaints();
  CAPTURE(said);
  CHECK((course.broken.empty() ? said.empty() : said.find(course.broken) != std::string::npos));
  CHECK(scene.services.judged() > 0);
}

}  // namespace
}  // namespace windlass::sim::service_invariant_test
