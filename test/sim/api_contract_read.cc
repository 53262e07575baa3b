// Contract cases: GET and LIST.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

std::vector<std::string> Names(const Json& list) {
  std::vector<std::string> names;
  const Json& items = At(list, {"items"});
  if (!items.is_array()) return names;
  for (const Json& item : items) names.push_back(NameOf(item));
  return names;
}

void CreatePods(ContractProbe& api) {
  for (const char* name : {"b", "a", "c"}) {
    api.ExpectOk(api.Post(api.Pods(), SamplePod(name, std::string("app-") + name)), 201);
  }
}

void GetMissing(ContractProbe& api) {
  const ProbeReply reply = api.Get(api.Deployments("nobody"));
  api.ExpectRefused(reply, 404, "NotFound");
  const Json details = {{"name", "nobody"}, {"group", "apps"}, {"kind", "deployments"}};
  api.ExpectEqual("details", reply.json()["details"], details);
}

void GetMetadata(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Pods(), SamplePod("a", "web")), 201);
  const Json got = api.ExpectOk(api.GetMetadata(api.Pods("a")), 200);
  api.ExpectEqual("kind", got["kind"], "PartialObjectMetadata");
  api.ExpectEqual("apiVersion", got["apiVersion"], "meta.k8s.io/v1");
  api.Expect(!got.contains("spec") && !got.contains("status"), "metadata alone");
  api.ExpectEqual("label", LabelOf(got, "app"), "web");
}

void UnknownResource(ContractProbe& api) {
  api.ExpectRefused(api.Get("/apis/apps/v1/namespaces/default/gadgets"), 404, "NotFound");
}

void MethodNotAllowed(ContractProbe& api) {
  api.ExpectRefused(api.Put(api.Deployments(), SampleDeployment("web")), 405, "MethodNotAllowed");
}

void ListSorted(ContractProbe& api) {
  CreatePods(api);
  const Json list = api.ExpectOk(api.Get(api.Pods()), 200);
  api.ExpectEqual("kind", list["kind"], "PodList");
  api.ExpectEqual("names", Names(list), {"a", "b", "c"});
  api.Expect(!At(list, {"items"})[0].contains("kind"), "items of a typed list have no kind");
}

void ListRevision(ContractProbe& api) {
  const Json before = api.ExpectOk(api.Get(api.Deployments()), 200);
  api.ExpectEqual("items", before["items"], Json::array());
  const Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json after = api.ExpectOk(api.Get(api.Deployments()), 200);
  const auto number = [](const std::string& text) { return std::stoull(text); };
  api.Expect(number(RevisionOf(before)) < number(RevisionOf(web)),
             "an object is newer than a list taken before it");
  api.Expect(number(RevisionOf(after)) >= number(RevisionOf(web)),
             "a list is at least as new as what was written before it");
}

// All resources share one revision counter: a list of Deployments has at least the revision of a
// Pod that was written before.
void RevisionIsGlobal(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json pod = api.ExpectOk(api.Post(api.Pods(), SamplePod("a", "web")), 201);
  const Json list = api.ExpectOk(api.Get(api.Deployments()), 200);
  api.Expect(std::stoull(RevisionOf(list)) >= std::stoull(RevisionOf(pod)),
             "revisions are of the whole server");
}

void ListMetadata(ContractProbe& api) {
  CreatePods(api);
  const Json list = api.ExpectOk(api.ListMetadata(api.Pods()), 200);
  api.ExpectEqual("kind", list["kind"], "PartialObjectMetadataList");
  api.ExpectEqual("names", Names(list), {"a", "b", "c"});
  api.ExpectEqual("kind of an item", list["items"][0]["kind"], "PartialObjectMetadata");
}

void EmptyMetadataList(ContractProbe& api) {
  const Json list = api.ExpectOk(api.ListMetadata(api.Pods()), 200);
  api.Expect(list.contains("items") && list["items"].is_null(),
             "items of an empty metadata list is null: " + list.dump());
}

void ListWithObjectForm(ContractProbe& api) {
  api.ExpectRefused(api.GetMetadata(api.Pods()), 406, "NotAcceptable");
}

void LabelSelectors(ContractProbe& api) {
  CreatePods(api);
  const auto names = [&](const std::string& selector) {
    return Names(api.ExpectOk(api.Get(api.Pods() + "?labelSelector=" + selector), 200));
  };
  api.ExpectEqual("=", names("app%3Dapp-a"), {"a"});
  api.ExpectEqual("!=", names("app%21%3Dapp-a"), {"b", "c"});
  api.ExpectEqual("in", names("app+in+%28app-a%2Capp-c%29"), {"a", "c"});
  api.ExpectEqual("notin", names("app%20notin%20%28app-a%2Capp-c%29"), {"b"});
  api.ExpectEqual("exists", names("app"), {"a", "b", "c"});
  api.ExpectEqual("absent", names("%21app"), Json::array());
  api.ExpectEqual("and", names("app%2Capp%3Dapp-b%2C%21legacy"), {"b"});
  api.ExpectRefused(api.Get(api.Pods() + "?labelSelector=%21%21a"), 400, "BadRequest");
}

void FieldSelectorName(ContractProbe& api) {
  CreatePods(api);
  const Json list = api.ExpectOk(api.Get(api.Pods() + "?fieldSelector=metadata.name%3Db"), 200);
  api.ExpectEqual("names", Names(list), {"b"});
}

// The Pod informer's selector leaves out terminal Pods (docs/design/005).
void FieldSelectorPhase(ContractProbe& api) {
  CreatePods(api);
  api.ExpectOk(api.MergePatch(api.Pods("b") + "/status",
                              Json::parse(R"({"status": {"phase": "Succeeded"}})")),
               200);
  const Json list =
      api.ExpectOk(api.ListMetadata(api.Pods() + "?fieldSelector=status.phase%21%3DSucceeded%2C"
                                                 "status.phase%21%3DFailed"),
                   200);
  api.ExpectEqual("names", Names(list), {"a", "c"});
}

void UnknownFieldSelector(ContractProbe& api) {
  api.ExpectRefused(api.Get(api.Deployments() + "?fieldSelector=spec.replicas%3D1"), 400,
                    "BadRequest");
  api.ExpectRefused(api.Get(api.Pods() + "?fieldSelector=spec.frob%3D1"), 400, "BadRequest");
}

void Paging(ContractProbe& api) {
  CreatePods(api);
  const Json first = api.ExpectOk(api.Get(api.Pods() + "?limit=2"), 200);
  api.ExpectEqual("first page", Names(first), {"a", "b"});
  api.ExpectEqual("remaining", At(first, {"metadata", "remainingItemCount"}), 1);
  const std::string token = TextAt(first, {"metadata", "continue"});
  if (!api.Expect(!token.empty(), "a continue token")) return;
  // Later pages show the state of the first page, without a Pod that was created since.
  api.ExpectOk(api.Post(api.Pods(), SamplePod("d", "web")), 201);
  std::string encoded;
  for (const char c : token) {
    if (c == '/') {
      encoded += "%2F";
    } else if (c == '=') {
      encoded += "%3D";
    } else {
      encoded += c;
    }
  }
  const Json second = api.ExpectOk(api.Get(api.Pods() + "?limit=2&continue=" + encoded), 200);
  api.ExpectEqual("second page", Names(second), {"c"});
  api.ExpectEqual("revision of pages", RevisionOf(second), RevisionOf(first));
  api.Expect(TextAt(second, {"metadata", "continue"}).empty(), "no token after the last page");
  api.ExpectRefused(api.Get(api.Pods() + "?limit=2&resourceVersion=1&continue=" + encoded), 400,
                    "BadRequest");
}

void PagingWithSelector(ContractProbe& api) {
  CreatePods(api);
  const Json first = api.ExpectOk(api.Get(api.Pods() + "?limit=1&labelSelector=app"), 200);
  api.ExpectEqual("first page", Names(first), {"a"});
  api.Expect(At(first, {"metadata", "remainingItemCount"}).is_null(),
             "no remaining count with a selector");
}

// A list at any version comes from the watch cache, which ignores the limit.
void LimitAtAnyVersion(ContractProbe& api) {
  CreatePods(api);
  // The cache may lag behind the last write, so wait for it.
  api.Await(
      [&] { return Names(api.Get(api.Pods() + "?limit=1&resourceVersion=0").json()).size() == 3; });
  const Json list = api.ExpectOk(api.Get(api.Pods() + "?limit=1&resourceVersion=0"), 200);
  api.ExpectEqual("names", Names(list), {"a", "b", "c"});
}

void BadContinue(ContractProbe& api) {
  api.ExpectRefused(api.Get(api.Pods() + "?limit=1&continue=abc"), 400, "BadRequest");
}

void BadRevision(ContractProbe& api) {
  api.ExpectRefused(api.Get(api.Deployments() + "?resourceVersion=abc"), 400, "BadRequest");
}

void FutureRevision(ContractProbe& api) {
  const ProbeReply reply =
      api.Get(api.Deployments() + "?resourceVersion=999999999&resourceVersionMatch=NotOlderThan");
  api.ExpectRefused(reply, 504, "Timeout");
  api.ExpectEqual("cause", reply.json()["details"]["causes"][0]["reason"],
                  "ResourceVersionTooLarge");
  api.Expect(reply.retry_after == std::optional<Duration>(seconds(1)), "Retry-After: 1");
  api.ExpectEqual("retryAfterSeconds", reply.json()["details"]["retryAfterSeconds"], 1);
}

void MatchWithoutRevision(ContractProbe& api) {
  api.ExpectRefused(api.Get(api.Deployments() + "?resourceVersionMatch=Exact"), 422, "Invalid");
}

void ExactRevision(ContractProbe& api) {
  CreatePods(api);
  const std::string then = RevisionOf(api.ExpectOk(api.Get(api.Pods()), 200));
  api.ExpectOk(api.Post(api.Pods(), SamplePod("d", "web")), 201);
  const Json list = api.ExpectOk(
      api.Get(api.Pods() + "?resourceVersion=" + then + "&resourceVersionMatch=Exact"), 200);
  api.ExpectEqual("names", Names(list), {"a", "b", "c"});
}

void AllNamespaces(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json list = api.ExpectOk(api.Get("/apis/apps/v1/deployments"), 200);
  bool found = false;
  for (const Json& item : list["items"]) {
    found = found || NamespaceOf(item) == api.namespace_name();
  }
  api.Expect(found, "the collection of all namespaces has it");
}

}  // namespace

std::vector<ContractCase> ReadCases() {
  return {
      {"getting what does not exist is 404", GetMissing},
      {"one object as metadata", GetMetadata},
      {"an unknown resource is 404", UnknownResource},
      {"a method that the path does not have is 405", MethodNotAllowed},
      {"a list is in order of names", ListSorted},
      {"a list is at least as new as every write before it", ListRevision},
      {"revisions are of the whole server", RevisionIsGlobal},
      {"a list as metadata", ListMetadata},
      {"an empty list of metadata has null for items", EmptyMetadataList},
      {"a list in the form of one object is 406", ListWithObjectForm},
      {"label selectors", LabelSelectors},
      {"a field selector on the name", FieldSelectorName},
      {"a field selector on the phase of Pods", FieldSelectorPhase},
      {"an unknown field selector is a bad request", UnknownFieldSelector},
      {"pages show one state, and the last has no token", Paging},
      {"a page of a selection does not count what is left", PagingWithSelector},
      {"a list at any version ignores the limit", LimitAtAnyVersion},
      {"a token that is none is a bad request", BadContinue},
      {"a resourceVersion that is no number is a bad request", BadRevision},
      {"a resourceVersion of the future is 504 Timeout", FutureRevision},
      {"resourceVersionMatch needs a resourceVersion", MatchWithoutRevision},
      {"a list at an exact revision", ExactRevision},
      {"the collection over all namespaces", AllNamespaces},
  };
}

}  // namespace windlass::sim
