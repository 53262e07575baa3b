// The controller of ReplicationControllerUpdates: its names and rights, what wakes an update, when
// Pods are watched, and the annotation that asks for an update.
#include "controller/replication_controller/watch/update_controller.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "controller/runtime/live_pods.h"
#include "kubeclient/api/service.h"
#include "kubeclient/transport/transport.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::update_controller_test {
namespace {

using nlohmann::json;

constexpr const char* kSource = "kubectl.kubernetes.io/update-source-id";
constexpr const char* kUid = "00000000-0000-4000-8000-000000000001";

// Answers nothing: what there is comes into the stores by hand.
class SilentTransport final : public Transport {
 public:
  CallId Call(HttpRequest request, ReplyHandler) override { return Open(request); }
  CallId Stream(HttpRequest request, StreamHandler) override { return Open(request); }
  void Cancel(CallId id) override { open_.erase(id); }

  // Returns true while a list or a watch of Pods is open.
  bool WatchesPods() const {
    return std::ranges::any_of(
        open_, [](const auto& call) { return call.second.find("/pods") != std::string::npos; });
  }

 private:
  CallId Open(const HttpRequest& request) {
    open_[++last_id_] = request.target;
    return last_id_;
  }

  CallId last_id_ = 0;
  std::map<CallId, std::string> open_;
};

struct Fixture : InformerParts<SilentTransport> {
  RecordingHost host{environment, "ns"};
  UpdateController controller{host};
  std::vector<std::string> woken;
  int versions = 0;

  Fixture() {
    host.on_wake = [this](const ObjectKey& key, Wake) { woken.push_back(key.ToString()); };
  }

  json Meta(const std::string& name, json annotations = json::object()) {
    return {{"name", name},
            {"namespace", "ns"},
            {"uid", kUid},
            {"generation", 1},
            {"resourceVersion", std::to_string(++versions)},
            {"annotations", std::move(annotations)}};
  }
  template <typename T>
  Store<T>& StoreOf(const ResourceId& resource, typename Informer<T>::DecodeFunction decode) {
    return host.informers()
        .Of<T>({std::string(resource.plural), host.informers().All(resource), decode,
                ReplyFolding<T>{}})
        .informer.store();
  }
  void Put(const ReplicationController& object) {
    StoreOf<ReplicationController>(resources::kReplicationControllers, &DecodeReplicationController)
        .Apply(object);
  }
  void PutController(const std::string& name, const json& annotations = json::object()) {
    const json object = {{"metadata", Meta(name, annotations)},
                         {"spec", {{"selector", {{"app", name}}}}}};
    Put(*DecodeReplicationController(decoder, object.dump()));
  }
  // "web", for which the caches have no room.
  void PutCutController() {
    ReplicationController web = {};
    web.meta.namespace_ = "ns";
    web.meta.name = "web";
    web.meta.uid = {1, 2};
    web.meta.resource_version = {std::to_string(++versions)};
    web.meta.cut_bytes = 100000;
    Put(web);
  }
  void PutUpdate(const std::string& name, const json& spec, const json& status = json::object()) {
    const json object = {{"metadata", Meta(name)}, {"spec", spec}, {"status", status}};
    StoreOf<ReplicationControllerUpdate>(resources::kReplicationControllerUpdates,
                                         &DecodeReplicationControllerUpdate)
        .Apply(*DecodeReplicationControllerUpdate(decoder, object.dump()));
  }
  void PutPod(const std::string& name, const std::string& owner, const std::string& kind,
              bool ready, size_t env_bytes = 0) {
    json object = {{"metadata", Meta(name)}, {"env", std::string(env_bytes, 'x')}};
    object["metadata"]["ownerReferences"] =
        json::array({{{"kind", kind}, {"name", owner}, {"uid", kUid}, {"controller", true}}});
    if (ready) {
      object["status"]["conditions"] = json::array({{{"type", "Ready"}, {"status", "True"}}});
    }
    host.informers()
        .Of<Pod>(WholePods(host.informers()))
        .informer.store()
        .Apply(*DecodePod(decoder, object.dump()));
  }
  std::vector<std::string> TakeWoken() { return std::exchange(woken, {}); }
};

using Keys = std::vector<std::string>;

TEST_CASE_METHOD(Fixture, "the controller of updates is called by its kind") {
  CHECK(controller.kind() == "ReplicationControllerUpdate");
  CHECK(controller.log_field() == "replicationcontrollerupdate");
  CHECK(controller.component() == "windlass");
  CHECK_FALSE(controller.HoldsReadiness());
  CHECK(controller.FenceWrites({"ns", "web"}, "term")->empty());
  CHECK(controller.Next({"ns", "web"}, {}, WallTime{1}) == std::nullopt);
  CHECK(ReplicationControllerUpdateControllerEntry().name == "replicationcontrollerupdate");
}

TEST_CASE_METHOD(Fixture, "log lines and Events about an update carry its rollout's id") {
  const auto fields = [this] {
    std::map<std::string, std::string> all;
    for (const LogField& field : controller.MarksOf({"ns", "web"}).fields) {
      all.emplace(field.key, field.value);
    }
    return all;
  };
  using Texts = std::map<std::string, std::string>;
  CHECK(fields().empty());
  PutUpdate("web", {{"newName", "web-2"}});
  CHECK(fields() == Texts{{"rollout_id", "00000000-1"}});
  PutUpdate("web", {{"newName", "web-2"}}, {{"earlierRollouts", 2}});
  CHECK(fields() == Texts{{"rollout_id", "00000000-3"}});
  CHECK(controller.MarksOf({"ns", "web"}).annotations ==
        Texts{{"windlass.dev/rollout-id", "00000000-3"}});
}

TEST_CASE_METHOD(Fixture, "the rights of updates come with a manifest of their own") {
  std::set<std::string> needs;
  for (const NeededRight& needed : controller.RightsNeeded()) {
    CHECK(needed.manifest == "deploy/replication-controller/rbac-replication-controller.yaml");
    CHECK(needed.optional == (needed.right.resource == resources::kHorizontalPodAutoscalers ||
                              needed.right.resource == resources::kCustomResourceDefinitions ||
                              needed.right.resource == resources::kReplicaSets ||
                              needed.right.resource == resources::kServices));
    needs.insert(needed.right.verb + " " + std::string(needed.right.resource.plural) +
                 (needed.right.subresource.empty() ? "" : "/" + needed.right.subresource));
  }
  CHECK(needs == std::set<std::string>{
                     "create replicationcontrollers", "create replicationcontrollerupdates",
                     "delete replicationcontrollers", "get customresourcedefinitions", "get pods",
                     "get replicationcontrollers", "get replicationcontrollerupdates",
                     "list horizontalpodautoscalers", "list pods", "list replicasets",
                     "list replicationcontrollers", "list replicationcontrollerupdates",
                     "list services", "patch pods", "patch replicationcontrollers",
                     "patch replicationcontrollerupdates/status", "watch pods",
                     "watch replicationcontrollers", "watch replicationcontrollerupdates"});
}

TEST_CASE_METHOD(Fixture, "an update is woken by itself, both controllers and their Pods") {
  PutController("web");
  PutController("other");
  CHECK(TakeWoken().empty());
  PutUpdate("web", {{"newName", "web-2"}});
  CHECK(TakeWoken() == Keys{"ns/web"});
  PutController("web");
  CHECK(TakeWoken() == Keys{"ns/web"});
  PutController("web-2");
  CHECK(TakeWoken() == Keys{"ns/web"});
  PutController("other");
  CHECK(TakeWoken().empty());
  PutPod("web-2-a", "web-2", "ReplicationController", false);
  CHECK(TakeWoken() == Keys{"ns/web"});
  PutPod("web-2-a", "web-2", "ReplicationController", false);
  CHECK(TakeWoken().empty());  // nothing that an update looks at has changed
  PutPod("web-2-a", "web-2", "ReplicationController", true);
  CHECK(TakeWoken() == Keys{"ns/web"});
  PutPod("web-2-b", "web-2", "ReplicaSet", true);
  PutPod("other-a", "other", "ReplicationController", true);
  CHECK(TakeWoken().empty());
}

TEST_CASE_METHOD(Fixture, "an update without room in the caches is left alone, and told (R-065)") {
  PutController("web");
  PutUpdate("web", {{"newName", "web-2"}});
  PutCutController();
  std::optional<Step> step = controller.Next({"ns", "web"}, {}, WallTime{1});
  REQUIRE(step.has_value());
  REQUIRE(std::holds_alternative<Write>(*step));
  // Whoever waits for the update reads the cause in its status. What a cut object lacks is not
  // written, so that it stays.
  json status = json::parse(std::get<Write>(*step).request.body())["status"];
  CHECK(status.size() == 4);
  CHECK(status["phase"] == "Preparing");
  CHECK(status["deadline"] == nullptr);
  CHECK(status["conditions"][1]["type"] == "Reconciling");
  CHECK(status["conditions"][1]["reason"] == "WindlassOutOfMemory");
  CHECK(status["conditions"][1]["observedGeneration"] == 1);
  CHECK(status["conditions"][1]["message"] == status["message"]);
  status.erase("deadline");
  PutUpdate("web", {{"newName", "web-2"}}, status);
  step = controller.Next({"ns", "web"}, {}, WallTime{2});
  REQUIRE(step.has_value());
  REQUIRE(std::holds_alternative<Wait>(*step));
  const auto& events = std::get<Wait>(*step).events;
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == "WindlassOutOfMemory");
  CHECK(events[0].message.find("replicationcontrollers ns/web") != std::string::npos);
  CHECK(events[0].at_most_every > Duration{0});
}

// For the user who asks why it has failed: `kubectl windlass status` reads the cause in Stalled.
TEST_CASE_METHOD(Fixture, "a failed update without room keeps its cause (R-065)") {
  const bool edited = GENERATE(false, true);
  CAPTURE(edited);
  const auto condition = [](const char* type, const char* status) -> json {
    return {{"type", type},
            {"status", status},
            {"lastTransitionTime", "2027-01-15T08:00:00Z"},
            {"reason", "WriteRefused"},
            {"message", "the API server refused it"},
            {"observedGeneration", 1}};
  };
  json status = {
      {"observedGeneration", edited ? 0 : 1},
      {"phase", "Failed"},
      {"step", "Scale"},
      {"message", "the API server refused it"},
      {"conditions", json::array({condition("Ready", "False"), condition("Stalled", "True")})}};
  PutController("web");
  PutUpdate("web", {{"newName", "web-2"}}, status);
  PutCutController();
  std::optional<Step> step = controller.Next({"ns", "web"}, {}, WallTime{1});
  REQUIRE(step.has_value());
  REQUIRE(std::holds_alternative<Write>(*step));
  json written = json::parse(std::get<Write>(*step).request.body())["status"];
  CHECK(written["phase"] == "Failed");
  const std::string left_alone =
      "Windlass has no room in memory for replicationcontrollers ns/web, and leaves this update "
      "alone";
  if (edited) {
    CHECK(written["conditions"][1]["type"] == "Reconciling");
    CHECK(written["message"].get<std::string>().starts_with(left_alone));
  } else {
    CHECK(written["conditions"] == status["conditions"]);
    CHECK(written["message"].get<std::string>().starts_with("the API server refused it. " +
                                                            left_alone));
  }
  written.erase("deadline");
  status.merge_patch(written);
  PutUpdate("web", {{"newName", "web-2"}}, status);
  step = controller.Next({"ns", "web"}, {}, WallTime{2});
  REQUIRE(step.has_value());
  REQUIRE(std::holds_alternative<Wait>(*step));
  CHECK(std::get<Wait>(*step).events.size() == 1);
}

// The controller that was missing exists now, so nothing is left that a user has to correct.
TEST_CASE_METHOD(Fixture, "an update whose missing controller has no room only waits (R-065)") {
  const auto [step, phase] = GENERATE(table<std::string, std::string>(
      {{"", "Preparing"}, {"Scale", "Progressing"}, {"CleanUp", "CleaningUp"}}));
  CAPTURE(step);
  const auto condition = [](const char* type, const char* status) -> json {
    return {{"type", type},
            {"status", status},
            {"lastTransitionTime", "2027-01-15T08:00:00Z"},
            {"reason", "NotFound"},
            {"message", "replicationcontrollers \"web\" not found"},
            {"observedGeneration", 1}};
  };
  json status = {
      {"observedGeneration", 1},
      {"phase", "Failed"},
      {"step", step},
      {"message", "replicationcontrollers \"web\" not found"},
      {"conditions", json::array({condition("Ready", "False"), condition("Stalled", "True")})}};
  PutUpdate("web", {{"newName", "web-2"}}, status);
  PutCutController();
  std::optional<Step> next = controller.Next({"ns", "web"}, {}, WallTime{1});
  REQUIRE(next.has_value());
  REQUIRE(std::holds_alternative<Write>(*next));
  json written = json::parse(std::get<Write>(*next).request.body())["status"];
  CHECK(written["phase"] == phase);
  CHECK(written["message"].get<std::string>().starts_with(
      "Windlass has no room in memory for replicationcontrollers ns/web, and leaves this update "
      "alone"));
  REQUIRE(written["conditions"].size() == 2);
  CHECK(written["conditions"][0]["reason"] == "WindlassOutOfMemory");
  CHECK(written["conditions"][1]["type"] == "Reconciling");
  CHECK(written["conditions"][1]["message"] == written["message"]);
  written.erase("deadline");
  status.merge_patch(written);
  PutUpdate("web", {{"newName", "web-2"}}, status);
  next = controller.Next({"ns", "web"}, {}, WallTime{2});
  REQUIRE(next.has_value());
  CHECK(std::holds_alternative<Wait>(*next));
}

TEST_CASE_METHOD(Fixture, "a new leader makes a late scaling of the former one fail (L-012)") {
  PutController("web");
  PutController("web-2");
  PutUpdate("web", {{"newName", "web-2"}}, {{"phase", "Progressing"}, {"step", "Scale"}});
  CHECK(controller.FenceWrites({"ns", "web"}, "term-7")->empty());
  PutUpdate(
      "web", {{"newName", "web-2"}},
      {{"phase", "Progressing"}, {"step", "Scale"}, {"scaling", {{"name", "web"}, {"from", 3}}}});
  const std::vector<Request> fence = *controller.FenceWrites({"ns", "web"}, "term-7");
  REQUIRE(fence.size() == 2);
  CHECK(fence[0].Describe() == "patch replicationcontrollers ns/web");
  CHECK(fence[1].Describe() == "patch replicationcontrollers ns/web-2");
  CHECK(json::parse(fence[0].body())["metadata"]["annotations"] ==
        json{{"windlass.dev/term", "term-7"}});
  // A deletion that is still on its way must not come in the middle of a rollback.
  PutUpdate("web", {{"newName", "web-2"}}, {{"phase", "CleaningUp"}, {"step", "CleanUp"}});
  CHECK(controller.FenceWrites({"ns", "web"}, "term-7")->size() == 2);
}

TEST_CASE_METHOD(Fixture, "a new controller leads to its update by the old one's name in it") {
  PutController("web-x", {{kSource, std::string("web:") + kUid}});
  CHECK(TakeWoken() == Keys{"ns/web"});
}

TEST_CASE_METHOD(Fixture, "an update that has ended is not woken by the new controller") {
  PutUpdate("web", {{"newName", "web-2"}},
            {{"observedGeneration", 1}, {"phase", "Succeeded"}, {"newName", "web-2"}});
  TakeWoken();
  PutController("web-2");
  CHECK(TakeWoken().empty());
  CHECK(std::holds_alternative<Wait>(*controller.Next({"ns", "web"}, {}, WallTime{1})));
}

TEST_CASE_METHOD(Fixture, "Pods are watched while an update is under way") {
  controller.Start();
  CHECK_FALSE(transport.WatchesPods());
  PutUpdate("web", {{"newName", "web-2"}});
  CHECK(transport.WatchesPods());
  // Nothing is decided before all Pods are known.
  PutController("web");
  CHECK(std::holds_alternative<Wait>(*controller.Next({"ns", "web"}, {}, WallTime{1})));
  PutUpdate("web", {{"newName", "web-2"}}, {{"observedGeneration", 1}, {"phase", "Succeeded"}});
  CHECK(transport.WatchesPods());  // for some minutes
  time.Advance(kInformerLingers);
  CHECK_FALSE(transport.WatchesPods());
  PutUpdate("web", {{"newName", "web-2"}}, {{"observedGeneration", 0}, {"phase", "Succeeded"}});
  CHECK(transport.WatchesPods());
  controller.Stop();
  CHECK_FALSE(transport.WatchesPods());
}

TEST_CASE_METHOD(Fixture,
                 "an update is looked at in every round, also if its wake-up is lost (R-050)") {
  std::set<std::string> looked_at;
  host.on_wake = [&](const ObjectKey& key, Wake wake) {
    if (wake == Wake::kResync) looked_at.insert(key.ToString());
  };
  PutUpdate("web", {{"newName", "web-2"}});
  // "web" has its update already, and "plain" asks for none.
  for (const char* name : {"early", "late", "web", "zone"}) {
    PutController(name, {{"windlass.dev/rolling-update-to", "next"}});
  }
  PutController("plain");
  time.Advance(kResyncPeriod * 3);
  CHECK(looked_at.empty());  // it has not started
  controller.Start();
  time.Advance(kResyncPeriod * 3 / 2);
  CHECK(looked_at == std::set<std::string>{"ns/early", "ns/late", "ns/web", "ns/zone"});
  controller.Stop();
  looked_at.clear();
  time.Advance(kResyncPeriod * 3);
  CHECK(looked_at.empty());
}

TEST_CASE_METHOD(Fixture, "an annotation of the old controller makes the update, once") {
  PutController("web", {{"windlass.dev/rolling-update-to", "web-2"}});
  CHECK(TakeWoken() == Keys{"ns/web"});
  Keys keys;
  controller.ForEachKey([&](const ObjectKey& key) { keys.push_back(key.ToString()); });
  CHECK(keys == Keys{"ns/web"});
  const std::optional<Step> step = controller.Next({"ns", "web"}, {}, WallTime{1});
  REQUIRE(step);
  const auto* write = std::get_if<Write>(&*step);
  REQUIRE(write != nullptr);
  CHECK(write->request.Describe() == "create replicationcontrollerupdates ns/web");
  const json body = json::parse(write->request.body());
  CHECK(body["apiVersion"] == "windlass.dev/v1alpha1");
  CHECK(body["kind"] == "ReplicationControllerUpdate");
  CHECK(body["metadata"] == json{{"name", "web"}, {"namespace", "ns"}});
  CHECK(body["spec"] == json{{"newName", "web-2"}});
  const Learned refused = {OutcomeOf(*write, Error{ErrorKind::kForbidden, "no"})};
  CHECK(std::holds_alternative<Failed>(*controller.Next({"ns", "web"}, refused, WallTime{1})));

  PutUpdate("web", {{"newName", "web-2"}});
  keys.clear();
  controller.ForEachKey([&](const ObjectKey& key) { keys.push_back(key.ToString()); });
  CHECK(keys == Keys{"ns/web"});
  CHECK(std::holds_alternative<Wait>(*controller.Next({"ns", "web"}, {}, WallTime{1})));
  Proves("RC-1");
}

TEST_CASE_METHOD(Fixture, "an annotation of an old controller that is being deleted makes none") {
  json metadata = Meta("web", {{"windlass.dev/rolling-update-to", "web-2"}});
  metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  const json object = {{"metadata", metadata}, {"spec", {{"selector", {{"app", "web"}}}}}};
  Put(*DecodeReplicationController(decoder, object.dump()));
  Keys keys;
  controller.ForEachKey([&](const ObjectKey& key) { keys.push_back(key.ToString()); });
  CHECK(keys.empty());
  CHECK_FALSE(controller.Next({"ns", "web"}, {}, WallTime{1}).has_value());
  Proves("RC-1");
}

// Whom this serves: everybody else. kube-controller-manager adopts Pods of 1.4 MB into a small
// ReplicationController, and each answer to a patch of one is as large.
TEST_CASE_METHOD(Fixture, "the largest object of an update may be a Pod (R-067)") {
  const ObjectKey web{Symbol("ns"), "web"};
  PutController("web");
  PutUpdate("web", {{"newName", "web-2"}});
  PutPod("small", "web", "ReplicationController", true);
  CHECK(controller.LargestJson(web) == 0);
  PutPod("large", "web", "ReplicationController", true, 2 * kLargeJsonBytes);
  CHECK(controller.LargestJson(web) > 2 * kLargeJsonBytes);
  CHECK(controller.LargestJson({Symbol("ns"), "other"}) == 0);
  Proves("R-067");
}

}  // namespace
}  // namespace windlass::update_controller_test
