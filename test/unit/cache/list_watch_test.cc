// The targets and headers of lists and watches, byte for byte.
#include "kubeclient/cache/list_watch.h"

#include "test/catch.h"

namespace windlass::list_watch_test {
namespace {

ReflectorOptions Pods() {
  ReflectorOptions options;
  options.resource = resources::kPods;
  return options;
}

struct Row {
  std::string id;
  HttpRequest request;
  std::string target;
};

TEST_CASE("targets of lists and watches") {
  ReflectorOptions scoped;
  scoped.resource = resources::kDeployments;
  scoped.namespace_ = "a b";
  scoped.field_selector = "a in (x,y)";
  ReflectorOptions live = Pods();
  live.field_selector = "status.phase!=Succeeded,status.phase!=Failed";

  const Row row = GENERATE_COPY(values<Row>({
      {"R-001 consistent, paged", ListPageRequest(Pods(), {{}, "", 500}), "/api/v1/pods?limit=500"},
      {"R-001 consistent, in one piece", ListPageRequest(Pods(), {{}, "", 0}), "/api/v1/pods"},
      {"R-002 not older than", ListPageRequest(Pods(), {{"7"}, "", 0}),
       "/api/v1/pods?resourceVersion=7&resourceVersionMatch=NotOlderThan"},
      {"R-003 the next page", ListPageRequest(Pods(), {{"7"}, "a=&b", 500}),
       "/api/v1/pods?limit=500&continue=a%3D%26b"},
      {"R-017 a watch", WatchRequest(Pods(), {"7"}, seconds(333)),
       "/api/v1/pods?resourceVersion=7&watch=1&allowWatchBookmarks=true&timeoutSeconds=333"},
      {"R-011 a watch list", WatchListRequest(Pods(), {}, seconds(333)),
       "/api/v1/pods?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&watch=1"
       "&allowWatchBookmarks=true&timeoutSeconds=333"},
      {"R-011 not older than", WatchListRequest(Pods(), {"7"}, seconds(333)),
       "/api/v1/pods?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=7"
       "&watch=1&allowWatchBookmarks=true&timeoutSeconds=333"},
      {"R-046 one namespace, selected", ListPageRequest(scoped, {}),
       "/apis/apps/v1/namespaces/a%20b/deployments?fieldSelector=a%20in%20%28x%2Cy%29"},
      {"selected by field", WatchRequest(live, {"7"}, seconds(300)),
       "/api/v1/pods?resourceVersion=7&watch=1&allowWatchBookmarks=true&timeoutSeconds=300"
       "&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"},
  }));
  CAPTURE(row.id);
  CHECK(row.request.target == row.target);
  CHECK(row.request.method == HttpMethod::kGet);
  CHECK(row.request.accept == "application/json");
}

TEST_CASE("only metadata is asked for in lists and watches alike") {
  ReflectorOptions options = Pods();
  options.metadata_only = true;
  CHECK(ListPageRequest(options, {}).accept ==
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json");
  const std::string object =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  CHECK(WatchRequest(options, {"7"}, seconds(300)).accept == object);
  CHECK(WatchListRequest(options, {}, seconds(300)).accept == object);
}

}  // namespace
}  // namespace windlass::list_watch_test
