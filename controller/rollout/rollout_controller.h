// The Rollout controller: a controller of workloads with updates in place, steps, dry runs and
// Services. It can run beside any Deployment controller, because no Deployment controller acts on
// Rollouts. It does nothing while the API server does not serve Rollouts, or while their
// CustomResourceDefinition is known to be older than this program needs. Core thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/kind/watch/crd_revision.h"
#include "controller/rollout/rollout_extension.h"
#include "controller/rollout/rollout_workload.h"
#include "controller/rollout/service_watch.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/watch/workload_controller.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

class InPlaceCache;
class InPlaceFeature;

// The cached Rollouts, converted to workloads. The code that caches workloads reads Rollouts only
// through this class.
class RolloutStore final : public WorkloadStoreOf<Rollout> {
 public:
  explicit RolloutStore(Informers& informers);

  // Workload::kind of every workload in this store refers to this kind.
  rollout::RolloutKind& kind() { return kind_; }

 private:
  rollout::RolloutKind kind_;
};

class RolloutController final : public WorkloadController {
 public:
  // `host` must outlive the controller.
  explicit RolloutController(ControllerHost& host);
  ~RolloutController() override;

  const InPlaceCache& in_place() const;
  // The API server's answers to the dry runs of templates.
  const rollout::TemplateDefaults& templates() const { return templates_; }
  const rollout::ServiceWatch& services() const { return services_; }

  std::string_view log_field() const override { return "rollout"; }
  std::string_view component() const override { return "windlass"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  ReadListener BeforeRead(const ObjectKey& key, const Request& read) override;
  void BeforeWrite(const ObjectKey& key, const Request& write) override;
  void Start() override;
  void Stop() override;
  void TermEnds() override;
  bool HasSynced() const override { return crd_.permits() && WorkloadController::HasSynced(); }
  bool WaitsForApi() const override { return crd_.is_older() || WorkloadController::WaitsForApi(); }
  std::vector<NeededRight> RightsNeeded() const override;
  std::vector<std::string> Troubles() const override;
  std::vector<std::string> Notes() const override;

 private:
  RolloutController(ControllerHost& host, const std::shared_ptr<RolloutStore>& rollouts);

  // Returns the view from which a Rollout's next step is planned; nullopt if there is no such
  // Rollout.
  std::optional<View> Look(const ObjectKey& key, WallTime now) const;
  ReadListener Noted(const ObjectKey& key, ReadListener listener) const;
  // Returns what RolloutExtension needs to know of the Rollout but does not find in `workload`.
  rollout::RolloutFacts FactsOf(const Workload& workload, WallTime now) const;
  void RolloutChanged(const Change<Rollout>& change);
  // Returns true if Windlass finds the ReplicaSet of the requested template without dry runs. This
  // is so if one of the ReplicaSets of `rollout`
  //   - has the template as the user wrote it
  //   - or names the template in its annotation kRequestedTemplate
  // Also returns true if there is no ReplicaSet. Returns false if, for example, an admission
  // webhook removes the annotation.
  bool ShowsItsTemplate(const Rollout& rollout) const;
  // Forgets the answers to dry runs of templates other than the present template of `rollout`. If
  // `rollout` is null, the Rollout is gone, and all its answers are forgotten. `uid` is the uid of
  // the Rollout.
  void ForgetOldTemplate(const Uid& uid, const Rollout* rollout);
  // Calls Rest of `templates_`, which limits how long the Rollout's answers count. SweepLater
  // forgets them after that time.
  void Rest(const Uid& uid);
  // Calls ForgetOver of `templates_` about once a minute, until `templates_` keeps no Rollout for
  // which Rest was called.
  void SweepLater();

  RolloutStore& rollouts_;
  rollout::TemplateDefaults templates_;
  TimerId sweep_ = 0;  // set while a Rollout at rest may be in `templates_`
  rollout::StuckAnswers stuck_;
  rollout::ServiceWatch services_;
  rollout::RolloutExtension extension_;
  const std::unique_ptr<InPlaceFeature> in_place_;
  kind::CrdRevision crd_;
};

// Returns the entry of the Rollout controller for a process's list of controllers. When the process
// creates the controller, sets `*made` to it, unless `made` is null. Other code can then show its
// figures and caches.
ControllerEntry RolloutControllerEntry(const RolloutController** made = nullptr);

}  // namespace windlass
