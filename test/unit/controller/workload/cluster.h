// One Deployment, its ReplicaSets and Pods behind a small model of the API server, for tests that
// walk whole rollouts. Objects are JSON, and replies go through the production decoder: so a
// planner reads back what it wrote.
//
// The model has what the planner depends on: resourceVersion and uid preconditions, generations,
// names that are taken, the three kinds of patches. Tests run the ReplicaSet controller by hand
// (RunReplicaSets).
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/view.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_interest.h"
#include "test/unit/controller/decode_once.h"

namespace windlass::workload {

class Cluster {
 public:
  using Json = nlohmann::json;

  // Deployment ns/web, RollingUpdate 25 %/25 %, image "v1", generation 1, without ReplicaSets.
  explicit Cluster(int32_t replicas);

  // Changes the Deployment through the main endpoint: raises the generation if spec or annotations
  // differ (D-702).
  void Edit(const std::function<void(Json& deployment)>& edit);
  void SetImage(const std::string& image);
  void Scale(int32_t replicas);
  void ChangeStrategy(const std::string& type);
  void DeleteInForeground();
  // kubectl rollout undo --to-revision: copies template and annotations of that ReplicaSet (D-624).
  void Undo(const std::string& to_revision);
  // Raises the generation if spec differs.
  void EditReplicaSet(const std::string& name, const std::function<void(Json& rs)>& edit);

  // Gives every ReplicaSet its spec.replicas Pods at once. All of them are available, unless
  // `available` has a lower number for the ReplicaSet's image.
  void RunReplicaSets(const std::map<std::string, int32_t>& available = {});
  void SetPods(const std::string& rs, int count);
  bool pods_known = true;

  // Walks steps until Wait or Failed. Notes each successful write in `writes`. Stops after
  // `writes_max` writes, as a crash would.
  Step Sync(int writes_max = 1000);
  // Syncs and makes all Pods available, until neither changes anything.
  void Settle();
  // Sets the image, and settles.
  void RollOut(const std::string& image);
  // Scales, and settles.
  void ScaleAndSettle(int32_t replicas);
  // Syncs and runs ReplicaSets, `rounds` times.
  void SyncAndRunSets(int rounds, const std::map<std::string, int32_t>& available = {});
  // Syncs when `wait` seconds have passed.
  Step SyncAfter(int64_t wait);
  // Answers in place of the model; nullopt: the model answers.
  std::function<std::optional<Result<Reply>>(const Request&)> server;
  // True: the planner sees objects as another controller does, without our annotations.
  bool stock = false;
  // New defaults that the server shows in every object it has, without a write.
  std::function<void(Json& object)> defaults;
  // Changes what the planner sees.
  std::function<void(View&)> look;
  // Changes objects while they are created, as an admission webhook does.
  std::function<void(Json& object)> webhook;
  // Changes patched ReplicaSets; `before` is the stored one.
  std::function<void(const Json& before, Json& rs)> update_webhook;

  // Changes the Deployment when the planner patches it; `before` is the stored one. Not called for
  // patches of its status.
  std::function<void(const Json& before, Json& deployment)> deployment_webhook;

  // --- what came of it ---
  Json& deployment() { return deployment_; }
  Json& ReplicaSet(const std::string& image);  // of that image; requires that there is one
  std::string NameOf(const std::string& image) { return ReplicaSet(image)["metadata"]["name"]; }
  bool HasReplicaSet(const std::string& image) { return FindByImage(image) != nullptr; }
  int32_t SizeOf(const std::string& image) { return ReplicaSet(image)["spec"]["replicas"]; }
  std::string RevisionOf(const std::string& image);
  std::string HistoryOf(const std::string& image);
  std::string revision();
  // Returns "True NewReplicaSetAvailable".
  std::string Condition(const std::string& type);
  std::map<std::string, Json>& replica_sets() { return replica_sets_; }  // by name

  // One line for each write: "create v2 3", "scale v1 10 8", "annotate v1", "status", "delete v1",
  // "adopt v1", "release v1", "roll back", "clear rollback", "exchange v1", "patch NAME" of a Pod,
  // "budget NAME {…}" with the requested status.
  std::vector<std::string> writes;
  std::vector<std::string> reads;
  std::vector<std::string> events;
  std::vector<std::string> fallbacks;  // Because::counted_reason of writes that have one
  std::string WritesAndForget();       // joined by ", "; status writes left out
  int64_t now = 1'800'000'000;
  int64_t server_ahead = 0;  // seconds by which the server's clock differs from `now`

 private:
  Json* FindByImage(const std::string& image);
  Json Shown(const Json& object) const;
  Result<Reply> Execute(const Request& request);
  Result<Reply> Create(const Request& request);
  Result<Reply> Patch(const Request& request);
  Result<Reply> Get(const Request& request);
  Result<Reply> ListPods();
  std::string Describe(const Request& request, const Json& before);
  void Touch(Json& object);

  SymbolTable symbols_;
  Decoder decoder_;
  DecodeOnce<windlass::ReplicaSet> decoded_;
  DecodeOnce<PodMetadata> decoded_pods_;
  RegisteredInterest interest_;
  Json deployment_;
  std::map<std::string, Json> replica_sets_;
  std::map<std::string, Json> pods_;
  int64_t resource_version_ = 1000;
  int born_ = 0;
};

}  // namespace windlass::workload
