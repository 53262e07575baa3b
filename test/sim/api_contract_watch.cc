// Contract cases: WATCH and WatchList (R-001…R-045).
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kWatchList =
    "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    "&timeoutSeconds=60";

std::string Revision(ContractProbe& api, const std::string& collection) {
  return RevisionOf(api.ExpectOk(api.Get(collection), 200));
}

std::string WatchFrom(const std::string& collection, const std::string& revision,
                      const std::string& more = "") {
  return collection + "?watch=1&timeoutSeconds=60&resourceVersion=" + revision + more;
}

bool IsEndBookmark(const ProbeEvent& event) {
  return event.type == "BOOKMARK" &&
         AnnotationOf(*event.object, "k8s.io/initial-events-end") == "true";
}

// The watch shows every change after a revision, once, in the order of revisions.
void WatchFromRevision(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("before")), 201);
  const std::string since = Revision(api, api.Deployments());
  const Json made = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json patch = Json::parse(R"({"spec": {"replicas": 2}})");
  const Json scaled = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectOk(api.Delete(api.Deployments("web")), 200);
  const auto watch = api.Watch(WatchFrom(api.Deployments(), since));
  if (!api.AwaitEvents(watch, 3)) return;
  api.ExpectTypes(watch, "ADDED MODIFIED DELETED");
  api.ExpectEqual("added", RevisionOf(*watch->events[0].object), RevisionOf(made));
  api.ExpectEqual("modified", RevisionOf(*watch->events[1].object), RevisionOf(scaled));
  api.Expect(std::stoull(RevisionOf(*watch->events[2].object)) > std::stoull(RevisionOf(scaled)),
             "a deletion has a revision of its own");
  api.ExpectEqual("last state", IntAt(*watch->events[2].object, {"spec", "replicas"}), 2);
  api.ExpectEqual("kind", (*watch->events[2].object)["kind"], "Deployment");
}

void LiveEvents(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Deployments(), Revision(api, api.Deployments())));
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  if (!api.AwaitEvents(watch, 1)) return;
  const Json patch = Json::parse(R"({"status": {"observedGeneration": 1}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web") + "/status", patch), 200);
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED MODIFIED");
}

void NoEventForUnchanged(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Deployments(), Revision(api, api.Deployments())));
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json same = Json::parse(R"({"spec": {"replicas": 1}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web"), same), 200);
  api.ExpectOk(api.Delete(api.Deployments("web")), 200);
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED DELETED");
}

void WatchList(ContractProbe& api) {
  for (const char* name : {"b", "a"}) {
    api.ExpectOk(api.Post(api.Deployments(), SampleDeployment(name)), 201);
  }
  const std::string before = Revision(api, api.Deployments());
  const auto watch = api.Watch(api.Deployments() + kWatchList);
  if (!api.AwaitEvents(watch, 3)) return;
  api.ExpectTypes(watch, "ADDED ADDED BOOKMARK");
  const ProbeEvent& end = watch->events[2];
  api.Expect(IsEndBookmark(end), "the initial events end with a marked bookmark");
  api.ExpectEqual("kind", (*end.object)["kind"], "Deployment");
  api.Expect(std::stoull(RevisionOf(*end.object)) >= std::stoull(before),
             "the bookmark is at least as new as a list");
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("c")), 201);
  if (!api.AwaitEvents(watch, 4)) return;
  api.ExpectTypes(watch, "ADDED ADDED BOOKMARK ADDED");
}

void EmptyWatchList(ContractProbe& api) {
  const auto watch = api.Watch(api.ReplicaSets() + kWatchList);
  if (!api.AwaitEvents(watch, 1)) return;
  api.Expect(IsEndBookmark(watch->events[0]), "nothing but the end");
}

void WatchListMetadata(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Pods(), SamplePod("a", "web")), 201);
  const auto watch = api.WatchMetadata(api.Pods() + kWatchList);
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED BOOKMARK");
  const Json& pod = *watch->events[0].object;
  api.ExpectEqual("kind", pod["kind"], "PartialObjectMetadata");
  api.Expect(!pod.contains("spec") && !pod.contains("status"), "metadata alone");
  api.ExpectEqual("kind of the bookmark", (*watch->events[1].object)["kind"],
                  "PartialObjectMetadata");
  api.Expect(IsEndBookmark(watch->events[1]), "marked");
}

void WatchListOptions(ContractProbe& api) {
  const auto without_match = api.Watch(
      api.Pods() + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1");
  api.AwaitEnd(without_match);
  api.ExpectEqual("without match", without_match->end.status, 422);
  const auto without_send =
      api.Watch(api.Pods() + "?watch=1&resourceVersionMatch=NotOlderThan&timeoutSeconds=1");
  api.AwaitEnd(without_send);
  api.ExpectEqual("without sendInitialEvents", without_send->end.status, 422);
  const Json status = Json::parse(without_send->end.error_body, nullptr, false);
  api.ExpectEqual("reason", TextAt(status, {"reason"}), "Invalid");
}

void WatchListOfTheFuture(ContractProbe& api) {
  const auto watch = api.Watch(api.Pods() + std::string(kWatchList) + "&resourceVersion=999999999");
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectTypes(watch, "ERROR");
  api.ExpectEqual("code", (*watch->events[0].object)["code"], 504);
  api.ExpectEqual("cause", (*watch->events[0].object)["details"]["causes"][0]["reason"],
                  "ResourceVersionTooLarge");
}

void WatchAnyVersion(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const auto watch = api.Watch(api.Deployments() + "?watch=1&timeoutSeconds=60");
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectTypes(watch, "ADDED");
}

// Upstream's legacy form: if bookmarks are allowed, the initial events of "any version" end with a
// bookmark, like those of a WatchList.
void WatchAnyVersionWithBookmarks(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const auto watch =
      api.Watch(api.Deployments() + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=60");
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED BOOKMARK");
  api.Expect(IsEndBookmark(watch->events[1]), "marked");
}

void OrderlyEnd(ContractProbe& api) {
  const auto watch = api.Watch(api.Deployments() + "?watch=1&timeoutSeconds=1&resourceVersion=" +
                               Revision(api, api.Deployments()));
  api.AwaitEnd(watch);
  api.Expect(watch->end.ok(), "a watch that times out ends with 200");
  api.ExpectTypes(watch, "");
}

// A watch from a revision older than the server remembers gets 410. Revision 1 is always too old.
void CompactedRevision(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Leases(), "1"));
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectTypes(watch, "ERROR");
  const Json& status = *watch->events[0].object;
  api.ExpectEqual("code", status["code"], 410);
  api.ExpectEqual("reason", status["reason"], "Expired");
  api.AwaitEnd(watch);
  api.Expect(watch->end.ok(), "the stream ends with 200");
}

void BadRevision(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Deployments(), "abc"));
  api.AwaitEnd(watch);
  api.ExpectEqual("status", watch->end.status, 500);
}

void FieldSelectorLeaving(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Pods(), SamplePod("a", "web")), 201);
  const auto watch = api.WatchMetadata(
      WatchFrom(api.Pods(), Revision(api, api.Pods()),
                "&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"));
  const Json done =
      api.ExpectOk(api.MergePatch(api.Pods("a") + "/status",
                                  Json::parse(R"({"status": {"phase": "Succeeded"}})")),
                   200);
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectTypes(watch, "DELETED");
  api.ExpectEqual("revision", RevisionOf(*watch->events[0].object), RevisionOf(done));
}

void LabelSelectorLeavingAndEntering(ContractProbe& api) {
  const Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const auto watch =
      api.Watch(WatchFrom(api.Deployments(), RevisionOf(web), "&labelSelector=app%3Dweb"));
  const auto label = [&](const char* value) {
    Json patch;
    patch["metadata"]["labels"]["app"] = value;
    return api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  };
  const Json left = label("other");
  label("another");
  label("web");
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "DELETED ADDED");
  api.ExpectEqual("revision", RevisionOf(*watch->events[0].object), RevisionOf(left));
  api.ExpectEqual("last matching state", LabelOf(*watch->events[0].object, "app"), "web");
}

void WatchByName(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Deployments(), Revision(api, api.Deployments()),
                                         "&fieldSelector=metadata.name%3Dweb"));
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("other")), 201);
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectEqual("name", NameOf(*watch->events[0].object), "web");
}

void WatchOfOtherNamespaces(ContractProbe& api) {
  // Other namespaces, in which the server still deletes objects of earlier cases, have no such
  // label.
  const auto all =
      api.Watch(WatchFrom("/apis/apps/v1/deployments", Revision(api, api.Deployments()),
                          "&labelSelector=case%3Dall-namespaces"));
  Json labelled = SampleDeployment("web");
  labelled["metadata"]["labels"]["case"] = "all-namespaces";
  api.ExpectOk(api.Post(api.Deployments(), labelled), 201);
  if (!api.AwaitEvents(all, 1)) return;
  api.ExpectEqual("namespace", NamespaceOf(*all->events[0].object), api.namespace_name());
}

void CancelledWatch(ContractProbe& api) {
  const auto watch = api.Watch(WatchFrom(api.Deployments(), Revision(api, api.Deployments())));
  api.Cancel(watch);
  api.AwaitEnd(watch);
  api.Expect(watch->end.error && watch->end.error->kind == ErrorKind::kCancelled,
             "a cancelled watch ends with kCancelled");
}

}  // namespace

std::vector<ContractCase> WatchCases() {
  return {
      {"a watch from a revision shows every later change once, in order", WatchFromRevision},
      {"a watch shows changes as they happen", LiveEvents},
      {"a write that changes nothing is no event", NoEventForUnchanged},
      {"a WatchList ends its initial events with a marked bookmark", WatchList},
      {"a WatchList of nothing is the bookmark alone", EmptyWatchList},
      {"a WatchList of metadata", WatchListMetadata},
      {"sendInitialEvents and resourceVersionMatch go together", WatchListOptions},
      {"a WatchList from a revision of the future is an ERROR event 504", WatchListOfTheFuture},
      {"a watch without a revision begins with the present state", WatchAnyVersion},
      {"a watch without a revision and with bookmarks marks the end of the present state",
       WatchAnyVersionWithBookmarks},
      {"timeoutSeconds ends a watch in order", OrderlyEnd},
      {"a watch from a revision that is too old is an ERROR event 410", CompactedRevision},
      {"a watch from a revision that is no number is 500", BadRevision},
      {"an object that leaves a field selector is DELETED", FieldSelectorLeaving},
      {"an object that leaves a label selector is DELETED in its last state, and ADDED again",
       LabelSelectorLeavingAndEntering},
      {"a watch of one name", WatchByName},
      {"a watch over all namespaces", WatchOfOtherNamespaces},
      {"a cancelled watch ends once, with kCancelled", CancelledWatch},
  };
}

}  // namespace windlass::sim
