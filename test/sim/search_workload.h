// One workload of a walk: how it is made, what users may do to it, and whether it is as it should
// be.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/sim/search_plan.h"
#include "test/sim/world.h"

namespace windlass::sim {

// deployment, recreate, in-place: Deployments. rollout, rollout-in-place: Rollouts, the former with
// steps. controller: a ReplicationController that is updated.
const std::vector<std::string>& WorkloadKinds();

class SearchWorkload {
 public:
  SearchWorkload(World& world, const PlannedWorkload& planned);

  const std::string& kind() const { return planned_.kind; }
  const std::string& name() const { return name_; }
  const std::string& namespace_name() const { return namespace_; }
  // Returns the label "app" of its Pods; workloads whose selectors overlap share it.
  const std::string& app() const { return app_; }
  bool in_place() const { return kind().ends_with("in-place"); }
  bool recreates() const { return kind().starts_with("recreate"); }
  bool is_controller() const { return kind() == "controller"; }
  // Returns the resource that its user edits.
  const ResourceId& resource() const;
  StoreKey key() const { return {resource(), namespace_, name_}; }

  // Creates it, unless it is there.
  void Create();
  // A merge patch by its user. Returns false if the server refuses it.
  bool Edit(const Json& patch);
  void SetImage(const std::string& image);
  // Sets in-place-unblock, or removes it for 0.
  void SetUnblock(int64_t revision);
  Object Present() const { return world_.api().Find(key()); }
  std::vector<Object> ReplicaSets() const;
  std::vector<Object> Pods() const;

  // Returns true if nothing that its user wrote keeps its rollout from ending: it must end then.
  bool CanEnd() const;
  // Returns true if it is as its user wants it.
  bool IsDone() const;
  // Takes away what holds it up, and asks for a last image that works.
  void Finish();
  // Promotes a pause of the last rollout, asks for a new try of a revision that was given up, or
  // turns an update that failed. Returns true if it did.
  bool GoOn();
  // Returns what is missing, for reports.
  std::string State() const;

  // Its user made it large, or a ReplicaSet of it.
  bool made_large = false;
  // Returns true if it is so large, or a ReplicaSet or Pod of it, that the server may have no room
  // for what Windlass has to write there.
  bool IsTooLarge() const;
  // Returns true if a PodDisruptionBudget covers its Pods, its own or that of a workload with the
  // same label "app": Pods of both use it up.
  bool IsUnderBudget() const;

 private:
  bool OnlyInPlace() const;  // never by new Pods
  Json Deployment() const;
  Json Rollout() const;
  void CreateController();
  void CreateBudget();
  void DeleteOrphans();
  bool IsGivenUp() const;  // a revision is, and is not tried again
  bool TryAgain();
  // Returns the environment that Pods have now, for a workload that is updated in place: that can
  // change images only. Null if they have none, or it may change.
  Json EnvInUse() const;
  void Ask(Json spec);
  Json UpdateSpec(const std::string& image) const;

  World& world_;
  const PlannedWorkload planned_;
  const std::string name_;
  const std::string namespace_;
  const std::string app_;
  std::string last_image_;
  int turns_ = 0;
};

// Returns the image of this number; some never work.
std::string SearchImage(int64_t number);
bool Works(const std::string& image);

}  // namespace windlass::sim
