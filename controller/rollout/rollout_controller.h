// The Rollout controller: a controller of workloads with updates in place, steps and dry runs. It
// runs beside any Deployment controller, because it has a kind of its own. It waits until Rollouts
// are served, by a CustomResourceDefinition that is as new as this program. Core thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/watch/feature.h"
#include "controller/rollout/crd_revision.h"
#include "controller/rollout/rollout_extension.h"
#include "controller/rollout/rollout_store.h"
#include "controller/rollout/service_watch.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/watch/workload_controller.h"

namespace windlass {

class RolloutController final : public WorkloadController {
 public:
  // `host` must outlive the controller.
  explicit RolloutController(ControllerHost& host);

  const InPlaceCache& in_place() const { return in_place_.cache(); }
  // What dry runs told about the templates that are being rolled out.
  const rollout::TemplateDefaults& templates() const { return templates_; }
  const rollout::ServiceWatch& services() const { return services_; }

  std::string_view log_field() const override { return "rollout"; }
  std::string_view component() const override { return "windlass"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  ReadListener BeforeRead(const ObjectKey& key, const Request& read) override;
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

  // Returns the view of a Rollout as it is planned; nullopt if there is no such Rollout.
  std::optional<View> Look(const ObjectKey& key, WallTime now) const;
  // Returns what the extension asks for.
  rollout::RolloutFacts FactsOf(const Workload& workload, WallTime now) const;
  void RolloutChanged(const Change<Rollout>& change);
  // Forgets what dry runs told about templates that `rollout` does not request, or about all its
  // templates if `rollout` is null. `uid` is the uid of the Rollout.
  void ForgetOldTemplate(const Uid& uid, const Rollout* rollout);

  RolloutStore& rollouts_;
  rollout::TemplateDefaults templates_;
  rollout::StuckAnswers stuck_;
  rollout::ServiceWatch services_;
  rollout::RolloutExtension extension_;
  InPlaceFeature in_place_;
  rollout::CrdRevision crd_;
};

// Returns the Rollout controller as an entry of a process' list. Sets `made`, unless it is null, to
// the controller: other code shows its figures and caches.
ControllerEntry RolloutControllerEntry(const RolloutController** made = nullptr);

}  // namespace windlass
