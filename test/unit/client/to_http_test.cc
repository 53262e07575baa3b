// ToHttp: the exact bytes of each kind of request.
#include <string>

#include "kubeclient/api/pod_list.h"
#include "kubeclient/api/unready_pods.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/paths.h"
#include "test/catch.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::to_http_test {
namespace {

struct Row {
  std::string id;
  Request request;
  HttpMethod method;
  std::string target;
  std::string content_type;
};

TEST_CASE("Requests become these methods, targets and content types") {
  const Row row = GENERATE(values<Row>({
      {"get", GetOf("web"), HttpMethod::kGet, "/apis/apps/v1/namespaces/shop/deployments/web", ""},
      {"get core", Request::Get(resources::kPods, {"shop", "web-1"}), HttpMethod::kGet,
       "/api/v1/namespaces/shop/pods/web-1", ""},
      {"get lease", Request::Get(resources::kLeases, {"windlass-system", "windlass"}),
       HttpMethod::kGet, "/apis/coordination.k8s.io/v1/namespaces/windlass-system/leases/windlass",
       ""},
      {"get cluster-scoped", Request::Get(resources::kNamespaces, {"", "shop"}), HttpMethod::kGet,
       "/api/v1/namespaces/shop", ""},
      {"list",
       Request::List(resources::kReplicaSets, "shop", {.label_selector = "app=web,tier in (a,b)"}),
       HttpMethod::kGet,
       "/apis/apps/v1/namespaces/shop/"
       "replicasets?labelSelector=app%3Dweb%2Ctier%20in%20%28a%2Cb%29",
       ""},
      {"list everywhere", Request::List(resources::kDeployments, ""), HttpMethod::kGet,
       "/apis/apps/v1/deployments", ""},
      {"list live pods (D-302)",
       Request::List(resources::kPods, "shop", MetadataOfLivePods("app=web")), HttpMethod::kGet,
       "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb"
       "&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed",
       ""},
      {"list the first whole pods",
       Request::List(resources::kPods, "shop", FirstLivePods("pod-template-hash=7c9", 100)),
       HttpMethod::kGet,
       "/api/v1/namespaces/shop/pods?labelSelector=pod-template-hash%3D7c9&limit=100"
       "&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed",
       ""},
      {"create", Request::Create(resources::kReplicaSets, {"shop", "web-1"}, "{}"),
       HttpMethod::kPost, "/apis/apps/v1/namespaces/shop/replicasets?fieldManager=windlass",
       "application/json"},
      {"dry-run create", Request::DryRunCreate(resources::kPods, {"shop", "web-1"}, "{}"),
       HttpMethod::kPost, "/api/v1/namespaces/shop/pods?dryRun=All&fieldValidation=Strict",
       "application/json"},
      {"evict", Request::Evict({"shop", "web-1"}, *Uid::Parse(kUid)), HttpMethod::kPost,
       "/api/v1/namespaces/shop/pods/web-1/eviction?fieldManager=windlass", "application/json"},
      {"create event", EventOf("web.17"), HttpMethod::kPost,
       "/api/v1/namespaces/shop/events?fieldManager=windlass", "application/json"},
      {"merge patch", PatchOf("web"), HttpMethod::kPatch,
       "/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=windlass",
       "application/merge-patch+json"},
      {"status", Request::MergePatch(resources::kDeployments, Version("web"), "status", "{}"),
       HttpMethod::kPatch,
       "/apis/apps/v1/namespaces/shop/deployments/web/status?fieldManager=windlass",
       "application/merge-patch+json"},
      {"JSON patch", Request::JsonPatch(resources::kReplicaSets, Version("web-1"), "[]"),
       HttpMethod::kPatch, "/apis/apps/v1/namespaces/shop/replicasets/web-1?fieldManager=windlass",
       "application/json-patch+json"},
      {"strategic merge patch",
       Request::StrategicMergePatch(resources::kReplicaSets, Version("web-1"), "{}"),
       HttpMethod::kPatch, "/apis/apps/v1/namespaces/shop/replicasets/web-1?fieldManager=windlass",
       "application/strategic-merge-patch+json"},
      {"strategic merge patch of a status",
       Request::StrategicMergePatch(resources::kPods, Version("web-1"), "{}", "status"),
       HttpMethod::kPatch, "/api/v1/namespaces/shop/pods/web-1/status?fieldManager=windlass",
       "application/strategic-merge-patch+json"},
      {"delete takes no field manager", Request::Delete(resources::kReplicaSets, Version("web-1")),
       HttpMethod::kDelete, "/apis/apps/v1/namespaces/shop/replicasets/web-1", "application/json"},
      {"delete that orphans",
       Request::Delete(resources::kReplicationControllers, Version("web-1"),
                       DeletionPropagation::kOrphan),
       HttpMethod::kDelete, "/api/v1/namespaces/shop/replicationcontrollers/web-1",
       "application/json"},
      {"no name breaks out of its segment", Request::Get(resources::kPods, {"a/b", "c?d#e%"}),
       HttpMethod::kGet, "/api/v1/namespaces/a%2Fb/pods/c%3Fd%23e%25", ""},
  }));
  CAPTURE(row.id);
  const HttpRequest http = ToHttp(row.request, "windlass");
  CHECK(http.method == row.method);
  CHECK(http.target == row.target);
  CHECK(http.content_type == row.content_type);
  CHECK(http.body == row.request.body());
  CHECK(http.call_class == CallClass::kCall);
}

TEST_CASE(
    "Metadata is asked for where the options say so, and only lists get the longer deadline") {
  const std::string metadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const HttpRequest pods =
      ToHttp(Request::List(resources::kPods, "shop", MetadataOfLivePods("")), "windlass");
  CHECK(pods.accept == metadata);
  CHECK(pods.deadline == kListDeadline);
  const Request first = Request::List(resources::kPods, "shop", FirstLivePods("", 100));
  CHECK(ToHttp(first, "windlass").accept == "application/json");
  const Request maps = Request::List(resources::kConfigMaps, "shop", {.metadata_only = true});
  CHECK(ToHttp(maps, "windlass").accept == metadata);
  CHECK(ToHttp(maps, "windlass").target == "/api/v1/namespaces/shop/configmaps");
  // What a list of Pods asks for is in its options, not in the resource.
  const HttpRequest all = ToHttp(Request::List(resources::kPods, "shop"), "windlass");
  CHECK(all.target == "/api/v1/namespaces/shop/pods");
  CHECK(all.accept == "application/json");
  const HttpRequest sets = ToHttp(Request::List(resources::kReplicaSets, "shop"), "windlass");
  CHECK(sets.accept == "application/json");
  CHECK(sets.deadline == kListDeadline);
  CHECK(ToHttp(Request::Get(resources::kPods, {"shop", "p"}), "windlass").accept ==
        "application/json");
  CHECK(ToHttp(PatchOf("web"), "windlass").deadline == kCallDeadline);
}

TEST_CASE("The server gives up a write before we do, never after zero (L-004)") {
  struct Deadline {
    Duration deadline;
    std::string target;
  };
  const Deadline row = GENERATE(values<Deadline>({
      {seconds(10), "/x?timeout=9000ms"},
      {milliseconds(9750), "/x?timeout=8750ms"},
      {milliseconds(2000), "/x?timeout=1000ms"},
      {milliseconds(1999), "/x?timeout=999ms"},
      {milliseconds(400), "/x?timeout=200ms"},
      {std::chrono::microseconds(10), "/x?timeout=1ms"},
  }));
  HttpRequest http;
  http.target = "/x";
  LimitWrite(http, row.deadline);
  CHECK(http.target == row.target);
  CHECK(http.deadline == row.deadline);
}

}  // namespace
}  // namespace windlass::to_http_test
