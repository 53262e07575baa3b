// Contract cases: optimistic locking by resourceVersion and uid.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kOtherUid = "11111111-2222-4333-8444-555555555555";

Json CreateWeb(ContractProbe& api) {
  return api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
}

Json Scaled(int replicas) { return {{"spec", {{"replicas", replicas}}}}; }

void StaleMergePatch(ContractProbe& api) {
  const Json web = CreateWeb(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(2)), 200);
  Json patch = Scaled(3);
  patch["metadata"] = {{"resourceVersion", RevisionOf(web)}, {"uid", UidOf(web)}};
  const ProbeReply reply = api.MergePatch(api.Deployments("web"), patch);
  api.ExpectRefused(reply, 409, "Conflict");
  api.ExpectEqual("message", reply.json()["message"],
                  "Operation cannot be fulfilled on deployments.apps \"web\": the object has been "
                  "modified; please apply your changes to the latest version and try again");
  api.ExpectEqual("replicas", IntAt(api.Get(api.Deployments("web")).json(), {"spec", "replicas"}),
                  2);
}

void FreshMergePatch(ContractProbe& api) {
  const Json web = CreateWeb(api);
  Json patch = Scaled(3);
  patch["metadata"] = {{"resourceVersion", RevisionOf(web)}, {"uid", UidOf(web)}};
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 3);
  api.Expect(RevisionOf(after) != RevisionOf(web), "a change gives a new resourceVersion");
}

void PatchWithoutVersion(ContractProbe& api) {
  CreateWeb(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(2)), 200);
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(3)), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 3);
}

void PatchOfAnotherUid(ContractProbe& api) {
  CreateWeb(api);
  Json patch = Scaled(3);
  patch["metadata"]["uid"] = kOtherUid;
  const ProbeReply reply = api.MergePatch(api.Deployments("web"), patch);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], "metadata.uid");
}

void StaleVersionBeforeUid(ContractProbe& api) {
  CreateWeb(api);
  Json patch = Scaled(3);
  patch["metadata"] = {{"resourceVersion", "1"}, {"uid", kOtherUid}};
  api.ExpectRefused(api.MergePatch(api.Deployments("web"), patch), 409, "Conflict");
}

void StaleJsonPatch(ContractProbe& api) {
  const Json web = CreateWeb(api);
  const Json patch = Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": ")" +
                                 UidOf(web) + R"("},
    {"op": "replace", "path": "/metadata/resourceVersion", "value": "1"},
    {"op": "replace", "path": "/spec/replicas", "value": 3}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), patch), 409, "Conflict");
}

void GuardedJsonPatch(ContractProbe& api) {
  const Json web = CreateWeb(api);
  const Json patch = Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": ")" +
                                 UidOf(web) + R"("},
    {"op": "replace", "path": "/metadata/resourceVersion", "value": ")" +
                                 RevisionOf(web) + R"("},
    {"op": "replace", "path": "/spec/replicas", "value": 3}])");
  const Json after = api.ExpectOk(api.JsonPatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 3);
}

void StaleStatusPatch(ContractProbe& api) {
  const Json web = CreateWeb(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(2)), 200);
  Json patch = {{"status", {{"observedGeneration", 1}}}};
  patch["metadata"] = {{"resourceVersion", RevisionOf(web)}};
  api.ExpectRefused(api.MergePatch(api.Deployments("web") + "/status", patch), 409, "Conflict");
}

void StaleReplicaSetPatch(ContractProbe& api) {
  const Json rs = api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  api.ExpectOk(api.MergePatch(api.ReplicaSets("web"), Scaled(2)), 200);
  Json patch = Scaled(5);
  patch["metadata"] = {{"resourceVersion", RevisionOf(rs)}, {"uid", UidOf(rs)}};
  api.ExpectRefused(api.MergePatch(api.ReplicaSets("web"), patch), 409, "Conflict");
}

void PatchOfRecreatedObject(ContractProbe& api) {
  const Json old = CreateWeb(api);
  api.ExpectOk(api.Delete(api.Deployments("web")), 200);
  const Json fresh = CreateWeb(api);
  api.Expect(UidOf(old) != UidOf(fresh), "a new object has a new uid");
  Json patch = Scaled(3);
  patch["metadata"] = {{"resourceVersion", RevisionOf(old)}, {"uid", UidOf(old)}};
  api.ExpectRefused(api.MergePatch(api.Deployments("web"), patch), 409, "Conflict");
}

void StalePut(ContractProbe& api) {
  Json web = CreateWeb(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(2)), 200);
  web["spec"]["replicas"] = 7;
  api.ExpectRefused(api.Put(api.Deployments("web"), web), 409, "Conflict");
}

void PutWithoutVersion(ContractProbe& api) {
  Json web = CreateWeb(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(2)), 200);
  web["spec"]["replicas"] = 7;
  web["metadata"].erase("resourceVersion");
  const Json after = api.ExpectOk(api.Put(api.Deployments("web"), web), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 7);
}

void PutOfAnotherUid(ContractProbe& api) {
  Json web = CreateWeb(api);
  web["metadata"]["uid"] = kOtherUid;
  api.ExpectRefused(api.Put(api.Deployments("web"), web), 409, "Conflict");
}

void PutOfAnotherName(ContractProbe& api) {
  Json web = CreateWeb(api);
  web["metadata"]["name"] = "other";
  api.ExpectRefused(api.Put(api.Deployments("web"), web), 400, "BadRequest");
}

void LeasePut(ContractProbe& api) {
  Json lease = api.ExpectOk(api.Post(api.Leases(), SampleLease("lock", "a")), 201);
  Json mine = lease;
  mine["spec"]["holderIdentity"] = "b";
  const Json after = api.ExpectOk(api.Put(api.Leases("lock"), mine), 200);
  api.ExpectEqual("holder", TextAt(after, {"spec", "holderIdentity"}), "b");
  lease["spec"]["holderIdentity"] = "c";
  api.ExpectRefused(api.Put(api.Leases("lock"), lease), 409, "Conflict");
}

void LeasePutWithoutVersion(ContractProbe& api) {
  Json lease = api.ExpectOk(api.Post(api.Leases(), SampleLease("lock", "a")), 201);
  lease["metadata"].erase("resourceVersion");
  api.ExpectRefused(api.Put(api.Leases("lock"), lease), 422, "Invalid");
}

void LeasePutCreates(ContractProbe& api) {
  const Json made = api.ExpectOk(api.Put(api.Leases("lock"), SampleLease("lock", "a")), 201);
  api.ExpectEqual("holder", TextAt(made, {"spec", "holderIdentity"}), "a");
}

void UnchangedWrite(ContractProbe& api) {
  const Json web = CreateWeb(api);
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), Scaled(1)), 200);
  api.ExpectEqual("resourceVersion", RevisionOf(after), RevisionOf(web));
  Json stale = Scaled(1);
  stale["metadata"]["resourceVersion"] = "1";
  api.ExpectRefused(api.MergePatch(api.Deployments("web"), stale), 409, "Conflict");
}

}  // namespace

std::vector<ContractCase> LockingCases() {
  return {
      {"a merge patch with a stale resourceVersion is a conflict", StaleMergePatch},
      {"a merge patch with the present resourceVersion and uid is applied", FreshMergePatch},
      {"a patch without resourceVersion is unconditional", PatchWithoutVersion},
      {"a merge patch with another uid is invalid, not a conflict", PatchOfAnotherUid},
      {"a stale resourceVersion is found before another uid", StaleVersionBeforeUid},
      {"a JSON patch that replaces resourceVersion by a stale one is a conflict", StaleJsonPatch},
      {"a JSON patch that tests uid and sets resourceVersion is applied", GuardedJsonPatch},
      {"a status patch with a stale resourceVersion is a conflict", StaleStatusPatch},
      {"a ReplicaSet patch with a stale resourceVersion is a conflict", StaleReplicaSetPatch},
      {"a patch decided on a deleted namesake is a conflict", PatchOfRecreatedObject},
      {"a PUT with a stale resourceVersion is a conflict", StalePut},
      {"a PUT without resourceVersion is unconditional", PutWithoutVersion},
      {"a PUT with another uid is a conflict", PutOfAnotherUid},
      {"a PUT whose name differs from the path is a bad request", PutOfAnotherName},
      {"a PUT of a Lease with a stale resourceVersion is a conflict", LeasePut},
      {"a PUT of a Lease needs a resourceVersion", LeasePutWithoutVersion},
      {"a PUT of a Lease that does not exist creates it", LeasePutCreates},
      {"a write that changes nothing keeps resourceVersion, but is checked", UnchangedWrite},
  };
}

}  // namespace windlass::sim
