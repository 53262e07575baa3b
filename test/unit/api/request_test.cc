// Requests carry the version of the object on which they were decided, by construction.
#include "kubeclient/api/request.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "kubeclient/api/pod_list.h"
#include "kubeclient/api/unready_pods.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::request_test {
namespace {

using nlohmann::json;

const Uid kUid{0x123E4567E89B42D3ULL, 0xA456426614174000ULL};
constexpr const char* kUidText = "123e4567-e89b-42d3-a456-426614174000";
const ObjectVersion kVersion{{"ns", "web"}, kUid, {"77"}};

TEST_CASE("a merge patch gets uid and resourceVersion beside the metadata it has (W-03)") {
  struct Row {
    std::string fields, want;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"spec":{"replicas":3}})",
       R"({"spec":{"replicas":3},"metadata":{"uid":"$","resourceVersion":"77"}})"},
      {R"({"metadata":{"annotations":{"a":null,"n":"9007199254740993"}}})",
       R"({"metadata":{"annotations":{"a":null,"n":"9007199254740993"},"uid":"$",
           "resourceVersion":"77"}})"},
      {R"({"metadata":null})", R"({"metadata":{"uid":"$","resourceVersion":"77"}})"},
      {"{}", R"({"metadata":{"uid":"$","resourceVersion":"77"}})"},
  }));
  std::string want = row.want;
  want.replace(want.find('$'), 1, kUidText);
  const Request request =
      Request::MergePatch(resources::kDeployments, kVersion, "status", row.fields);
  CHECK(json::parse(request.body()) == json::parse(want));
  CHECK(request.verb() == Verb::kPatch);
  CHECK(request.patch_type() == PatchType::kMerge);
  CHECK(request.subresource() == "status");
  CHECK(request.uid() == kUid);
  CHECK(request.mutates());

  const Request adoption =
      Request::StrategicMergePatch(resources::kReplicaSets, kVersion, row.fields);
  CHECK(adoption.patch_type() == PatchType::kStrategicMerge);
  CHECK(adoption.body() == request.body());
  CHECK(adoption.subresource().empty());

  const Request condition =
      Request::StrategicMergePatch(resources::kPods, kVersion, row.fields, "status");
  CHECK(condition.patch_type() == PatchType::kStrategicMerge);
  CHECK(condition.body() == request.body());
  CHECK(condition.subresource() == "status");
}

TEST_CASE("64-bit integers pass through a merge patch unharmed (D-783)") {
  const Request request =
      Request::MergePatch(resources::kDeployments, kVersion, "status",
                          R"({"status":{"observedGeneration":9007199254740993}})");
  CHECK(request.body().find(":9007199254740993") != std::string::npos);
  Proves("D-783");
}

TEST_CASE("a JSON patch tests the uid, then makes the server compare the resourceVersion (W-03)") {
  const Request request = Request::JsonPatch(
      resources::kDeployments, kVersion,
      R"( [ {"op":"replace","path":"/spec/template","value":{"z":1e400,"a": [] }} ] )");
  CHECK(request.body() ==
        std::string(R"([{"op":"test","path":"/metadata/uid","value":")") + kUidText +
            R"("},{"op":"replace","path":"/metadata/resourceVersion","value":"77"},)"
            R"({"op":"replace","path":"/spec/template","value":{"z":1e400,"a": [] }}])");
  CHECK(request.patch_type() == PatchType::kJson);
  CHECK(request.uid() == kUid);

  const Request bare = Request::JsonPatch(resources::kDeployments, kVersion, "[]");
  CHECK(json::parse(bare.body()).size() == 2);
}

TEST_CASE(
    "a guarded JSON patch tests the uid, then what it leans on, and no resourceVersion (P-035)") {
  const std::string operations =
      R"([{"op":"test","path":"/spec/containers/0/image","value":"a"},)"
      R"({"op":"replace","path":"/spec/containers/0/image","value":"b"}])";
  const Request request =
      Request::GuardedJsonPatch(resources::kPods, kVersion.key, kUid, " " + operations + " ");
  CHECK(request.body() == std::string(R"([{"op":"test","path":"/metadata/uid","value":")") +
                              kUidText + R"("},)" + operations.substr(1));
  CHECK(request.verb() == Verb::kPatch);
  CHECK(request.patch_type() == PatchType::kJson);
  CHECK(request.key() == kVersion.key);
  CHECK(request.uid() == kUid);
  CHECK(request.mutates());
  CHECK(request.subresource().empty());
  const Request resize =
      Request::GuardedJsonPatch(resources::kPods, kVersion.key, kUid, operations, "resize");
  CHECK(resize.subresource() == "resize");
  CHECK(resize.body() == request.body());
  CHECK(resize.Identity().text != request.Identity().text);
}

TEST_CASE("a delete has both preconditions and leaves dependents to the garbage collector (B-31)") {
  const Request request = Request::Delete(resources::kReplicaSets, kVersion);
  const json want = {{"apiVersion", "v1"},
                     {"kind", "DeleteOptions"},
                     {"preconditions", {{"uid", kUidText}, {"resourceVersion", "77"}}},
                     {"propagationPolicy", "Background"}};
  CHECK(json::parse(request.body()) == want);
  CHECK(request.verb() == Verb::kDelete);
  CHECK(request.uid() == kUid);
  CHECK(request.mutates());
}

TEST_CASE("a delete can leave the dependents without an owner") {
  const Request orphan =
      Request::Delete(resources::kReplicationControllers, kVersion, DeletionPropagation::kOrphan);
  const Request background = Request::Delete(resources::kReplicationControllers, kVersion,
                                             DeletionPropagation::kBackground);
  CHECK(json::parse(orphan.body())["propagationPolicy"] == "Orphan");
  CHECK(json::parse(background.body())["propagationPolicy"] == "Background");
  CHECK(json::parse(orphan.body())["preconditions"]["uid"] == kUidText);
  CHECK_FALSE(orphan.Identity() == background.Identity());
  Proves("RC-13");
}

TEST_CASE("reads and creates carry no version") {
  const Request get = Request::Get(resources::kPods, {"ns", "web-1"});
  CHECK(get.verb() == Verb::kGet);
  CHECK(get.uid().IsZero());
  CHECK_FALSE(get.mutates());
  const Request list = Request::List(resources::kPods, "ns", {.label_selector = "app=web"});
  CHECK(list.verb() == Verb::kList);
  CHECK(list.list_options().label_selector == "app=web");
  CHECK_FALSE(list.mutates());
  const Request create = Request::Create(resources::kReplicaSets, {"ns", "web-7c9"}, "{\"a\":1}");
  CHECK(create.verb() == Verb::kCreate);
  CHECK(create.body() == "{\"a\":1}");
  CHECK(create.mutates());
}

TEST_CASE("a dry-run creation changes nothing, and is not the creation") {
  const ObjectKey key{"ns", "web-7c9"};
  const Request dry_run = Request::DryRunCreate(resources::kReplicaSets, key, "{\"a\":1}");
  const Request create = Request::Create(resources::kReplicaSets, key, "{\"a\":1}");
  CHECK_FALSE(dry_run.mutates());
  CHECK(dry_run.uid().IsZero());
  CHECK(dry_run.body() == create.body());
  CHECK_FALSE(dry_run.Identity() == create.Identity());
  CHECK_FALSE(create.IsLike(dry_run.Identity()));
  CHECK(dry_run.Describe() == "dry-run create replicasets ns/web-7c9");
}

TEST_CASE("requests describe themselves as audit logs do") {
  struct Row {
    Request request;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {Request::Get(resources::kDeployments, {"ns", "web"}), "get deployments ns/web"},
      {Request::Get(resources::kNamespaces, {"", "ns"}), "get namespaces ns"},
      {Request::List(resources::kPods, "ns"), "list pods ns"},
      {Request::List(resources::kPods, "ns", MetadataOfLivePods("app=web")),
       "list pods ns (app=web)"},
      {Request::List(resources::kPods, "ns", FirstLivePods("app=web", 100)),
       "list pods ns (app=web) first 100"},
      {Request::Evict({"ns", "web-1"}, kUid), "create pods/eviction ns/web-1"},
      {Request::Create(resources::kEvents, {"ns", "e"}, "{}"), "create events ns/e"},
      {Request::MergePatch(resources::kDeployments, kVersion, "status", "{}"),
       "patch deployments/status ns/web"},
      {Request::Delete(resources::kReplicaSets, kVersion), "delete replicasets ns/web"},
  }));
  CHECK(row.request.Describe() == row.want);
}

TEST_CASE("an eviction is about one Pod, which it names by its uid (C-019)") {
  const Request request = Request::Evict({"ns", "web-1"}, kUid);
  const json want = {{"apiVersion", "policy/v1"},
                     {"kind", "Eviction"},
                     {"metadata", {{"name", "web-1"}, {"namespace", "ns"}}},
                     {"deleteOptions", {{"preconditions", {{"uid", kUidText}}}}}};
  CHECK(json::parse(request.body()) == want);
  CHECK(request.verb() == Verb::kCreateSubresource);
  CHECK(Name(request.verb()) == "create");
  CHECK(request.resource() == resources::kPods);
  CHECK(request.key() == ObjectKey{"ns", "web-1"});
  CHECK(request.uid() == kUid);
  CHECK(request.mutates());
  CHECK(request.IsLike(request.WithoutBody().Identity()));
}

TEST_CASE("lists of one resource differ by everything that they select") {
  const auto identity = [](ListOptions options) {
    return Request::List(resources::kPods, "ns", std::move(options)).Identity().text;
  };
  const std::set<std::string> all = {identity({}),
                                     identity({.label_selector = "a=b"}),
                                     identity({.field_selector = "a=b"}),
                                     identity({.metadata_only = true}),
                                     identity({.limit = 1}),
                                     identity({.limit = 2}),
                                     identity(MetadataOfLivePods("a=b")),
                                     identity(FirstLivePods("a=b", 1))};
  CHECK(all.size() == 8);
}

TEST_CASE("two requests have the same identity exactly when they ask for the same") {
  const auto scale = [](const char* fields, const char* subresource = "") {
    return Request::MergePatch(resources::kReplicaSets, kVersion, subresource, fields).Identity();
  };
  CHECK(scale(R"({"spec":{"replicas":3}})") == scale(R"({ "spec": {"replicas": 3} })"));
  CHECK_FALSE(scale(R"({"spec":{"replicas":3}})") == scale(R"({"spec":{"replicas":4}})"));
  CHECK_FALSE(scale("{}") == scale("{}", "status"));
  CHECK_FALSE(scale("{}") ==
              Request::StrategicMergePatch(resources::kReplicaSets, kVersion, "{}").Identity());
  ObjectVersion later = kVersion;
  later.resource_version.text = "78";
  CHECK_FALSE(Request::Delete(resources::kPods, kVersion).Identity() ==
              Request::Delete(resources::kPods, later).Identity());
  CHECK_FALSE(Request::Get(resources::kPods, {"ns", "a"}).Identity() ==
              Request::Get(resources::kReplicaSets, {"ns", "a"}).Identity());
}

TEST_CASE("a request is like one of another body, and like no other") {
  const auto patch = [](const ResourceId& resource, const char* name, const char* subresource) {
    ObjectVersion version = kVersion;
    version.key.name = name;
    return Request::MergePatch(resource, version, subresource, "{}").Identity();
  };
  const Request request =
      Request::MergePatch(resources::kReplicaSets, kVersion, "", R"({"spec":{"replicas":3}})");
  CHECK(request.IsLike(patch(resources::kReplicaSets, "web", "")));
  CHECK_FALSE(request.IsLike(patch(resources::kReplicaSets, "web-2", "")));
  CHECK_FALSE(request.IsLike(patch(resources::kReplicaSets, "web", "status")));
  CHECK_FALSE(request.IsLike(patch(resources::kDeployments, "web", "")));
  CHECK_FALSE(request.IsLike(
      Request::StrategicMergePatch(resources::kReplicaSets, kVersion, "{}").Identity()));
  CHECK_FALSE(request.IsLike(Request::Delete(resources::kReplicaSets, kVersion).Identity()));
}

TEST_CASE("a reference names the kind, the object and its version") {
  ObjectMeta meta;
  meta.name = "web-1";
  meta.namespace_ = "ns";
  meta.uid = kUid;
  meta.resource_version = {"7"};
  CHECK(ReferenceTo(resources::kPods, meta) ==
        ObjectReference{"v1", "Pod", {"ns", "web-1"}, kUid, {"7"}});
  CHECK(ReferenceTo(resources::kReplicaSets, meta) ==
        ObjectReference{"apps/v1", "ReplicaSet", {"ns", "web-1"}, kUid, {"7"}});
}

TEST_CASE("a message names an object by its resource, namespace and name") {
  CHECK(ObjectText(resources::kPods, {"ns", "web-1"}) == "pods ns/web-1");
  CHECK(ObjectText(resources::kNodes, {"", "n1"}) == "nodes n1");
}

TEST_CASE("verbs have the names that audit logs and RBAC rules use") {
  CHECK(Name(Verb::kGet) == "get");
  CHECK(Name(Verb::kUpdate) == "update");
  CHECK(Name(Verb::kDryRunCreate) == "create");
}

}  // namespace
}  // namespace windlass::request_test
