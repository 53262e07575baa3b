// A cluster for the planner: an API server that checks preconditions, the replication controller,
// the garbage collector and kubelets, all of them stepped by hand; and a driver that plays syncs,
// as the runtime does, and can crash at any call. The code is in api_server.cc, cluster.cc and
// world.cc.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/replication_controller/planner.h"
#include "kubeclient/api/decode.h"

namespace windlass::replication_controller {

using nlohmann::json;

// A file with the new controller of "web": version 2 of its labels and of its image.
inline const json kFile = {
    {"metadata", {{"labels", {{"app", "web"}}}}},
    {"spec",
     {{"selector", {{"app", "web"}, {"version", "2"}}},
      {"template",
       {{"metadata", {{"labels", {{"app", "web"}, {"version", "2"}}}}},
        {"spec", {{"containers", json::array({{{"name", "web"}, {"image", "web:2"}}})}}}}}}}};

inline const json kOneContainer = {{"web", "web:1"}};

class World {
 public:
  World();
  // With a ReplicationController, as AddController makes it.
  World(const std::string& name, int32_t replicas, const json& labels,
        const json& containers = kOneContainer);

  // --- what users do ---

  // Creates a ReplicationController with `replicas` ready Pods. `labels` are its selector and the
  // labels of its template; `containers` its containers, name to image.
  void AddController(const std::string& name, int32_t replicas, const json& labels,
                     const json& containers = kOneContainer);
  // Creates the update of the controller `name`.
  void AddUpdate(const std::string& name, const json& spec);
  // Changes spec fields of the update, as a merge patch does.
  void Edit(const json& spec);
  // Asks for a rollback, and plays it as Run does.
  std::string RollBack();
  void Scale(const std::string& name, int32_t replicas);
  void AddService(const std::string& name, const json& selector);
  void AddReplicaSet(const std::string& name, const json& selector);
  void AddAutoscaler(const std::string& name, const std::string& kind, const std::string& target);
  void RemoveAutoscalers() { autoscalers_ = json::array(); }
  // Deletes the ReplicationController and its Pods.
  void Remove(const std::string& name);

  // --- what the cluster does ---

  bool pods_get_ready = true;         // at once, when the cluster settles
  size_t pods_max = SIZE_MAX;         // a quota
  bool controller_manager_on = true;  // the replication controller and the garbage collector
  // Brings Pods and statuses to what specs ask for. Returns false if nothing was to be done.
  bool Settle();
  void MakeReady(const std::string& controller, int32_t pods);

  // --- what the planner sees ---

  // From now on the planner sees the Pods, or the ReplicationControllers, as they are now: a cache
  // that is behind. Replies to its own calls are in it.
  void FreezePods() { pods_seen_ = pods_; }
  void FreezeControllers() { controllers_seen_ = controllers_; }
  void CatchUp();

  // --- what the planner does ---

  // Plays one sync. Returns the step that ended it. A crash (see below) ends it, too.
  Step Sync();
  // Plays syncs, the cluster and time until the update has ended or nothing changes any more.
  // Returns its phase then.
  std::string Run();
  // Ends the process at its n-th call that writes, counted from 0: before it, or after it with the
  // reply lost. Run goes on with a new process. A local run forgets its update.
  void CrashAt(int call, bool after_it);
  bool crashed() const { return crashed_; }
  // True: the update exists in memory only, and is gone after a crash.
  bool local = false;

  WallTime now{1000000};

  // --- what there is ---

  bool Has(const std::string& name) const { return controllers_.contains(name); }
  json& Controller(const std::string& name) { return controllers_.at(name); }
  json Annotations(const std::string& name) const;
  const json& update() const { return update_; }
  std::string phase() const;
  std::string message() const;
  std::string reason() const;  // of Ready
  std::vector<std::string> lines() const { return lines_; }
  std::set<std::string> PodsOf(const std::string& controller) const;  // uids
  std::set<std::string> Pods() const;
  std::set<std::string> Orphans() const;
  int pods_created() const { return pods_created_; }
  std::map<std::string, json>& pods() { return pods_; }
  std::map<std::string, json>& controllers() { return controllers_; }
  const std::vector<std::string>& writes() const { return writes_; }
  const std::vector<std::string>& reads() const { return reads_; }
  const std::vector<std::string>& events() const { return events_; }      // reasons
  const std::vector<std::string>& messages() const { return messages_; }  // of events
  // Changes what is created, and what a dry run answers.
  std::function<void(json&)> webhook;
  // A mutating policy: changes what a write of a ReplicationController is about to store.
  std::function<void(const Request&, json&)> change;
  // Called after each write.
  std::function<void()> after_write;
  // Refuses a call if it returns an error.
  std::function<std::optional<Error>(const Request&)> refuse;

 private:
  View MakeView();
  void DecodeAll();
  Result<Reply> Execute(const Request& request);
  Result<Reply> Answer(const Request& request);
  void Fold(const Request& request);
  Result<Reply> List(const Request& request);
  Result<Reply> Create(const Request& request);
  Result<Reply> Patch(const Request& request, json& object);
  Result<Reply> Delete(const Request& request);
  json* Find(const Request& request);
  void Stamp(json& object, const json& before);
  bool Collect();
  bool Reconcile(json& controller);
  bool Adopt(const json& controller);
  json NewPod(const json& controller);
  void HearLines();
  std::string NewUid();

  SymbolTable symbols_;
  Decoder decoder_{symbols_};
  std::map<std::string, json> controllers_;
  std::map<std::string, json> pods_;                             // by name
  std::optional<std::map<std::string, json>> controllers_seen_;  // nullopt: as they are
  std::optional<std::map<std::string, json>> pods_seen_;
  json autoscalers_ = json::array();
  json services_ = json::array();
  json replica_sets_ = json::array();
  json update_;
  json update_as_made_;
  std::vector<std::string> lines_;
  int64_t heard_ = 0;
  int pods_created_ = 0;
  int versions_ = 0;
  int uids_ = 0;
  std::vector<std::string> writes_;
  std::vector<std::string> reads_;
  std::vector<std::string> events_;
  std::vector<std::string> messages_;
  std::optional<int> crash_at_;
  bool crash_after_ = false;
  bool crashed_ = false;
  int calls_ = 0;

  // The last decoded state; a view points into it.
  std::optional<ReplicationControllerUpdate> decoded_update_;
  std::map<std::string, ReplicationController> decoded_controllers_;
  std::vector<Pod> decoded_pods_;
};

}  // namespace windlass::replication_controller
