// Adds to the planner what Rollouts have besides updates in place: steps, dry runs before a
// ReplicaSet is made, and Services. This class wraps the Extension for updates in place, called
// `in_place` below.
//
//   function, Moment       what it does
//   Look                   sets the limit of the step in force, then calls Look of `in_place`
//   Next, kRecover         stores a stable revision that was found (RO-136); then calls Next of
//                          `in_place`
//   Next, kWhileRunning    returns the first of these steps that is due:
//                          1. if the template was refused: a step that begins no rollout (RO-091)
//                          2. a dry run (RO-090)
//                          3. the write that begins a step of spec.strategy.steps (RO-058)
//                          4. the result of Next of `in_place`
//                          5. the note that a revision is complete (RO-121)
//   Next, kBeforeCreation  returns the first of 1 to 4 that is due
//   Next, otherwise        calls Next of `in_place`
//   UpdateStatus, Events   report what `in_place` reports, the step, the verdict, stuck Pods and
//                          Services
//   End                    returns the first of these that is due:
//                          1. if the sync would end with a Wait: a list of Pods that have been
//                             unavailable for long (RO-140)
//                          2. a write to a Service (RO-182)
//                          3. the result of End of `in_place`. It schedules the next sync for
//                             the earliest of these times: a pause ends, the API server is to be
//                             asked about the template again, the template's defaults become
//                             overdue
//
// Stateless: each call gets what it needs to know besides the workload from FindFacts and
// FindServices.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/rollout/service_facts.h"
#include "controller/rollout/step_state.h"
#include "controller/rollout/stuck_list.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/extension.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// What the extension needs to know of a Rollout but does not find in its Workload. `steps`, `stuck`
// and `checks.defaulted` are borrowed: they are valid until the cached Rollout changes, or until a
// new answer to a dry run or list for this Rollout is stored.
struct RolloutFacts {
  Steps steps{};  // spec.strategy.steps
  TemplateChecks checks{};
  // Null if this process has asked for no list of the Rollout's Pods since the Rollout was last
  // complete.
  const StuckAnswers::Entry* stuck = nullptr;
};

class RolloutExtension final : public Extension {
 public:
  // Returns the facts of a Rollout.
  using FindFacts = std::function<RolloutFacts(const Workload& workload, WallTime now)>;
  // Returns what is known of the Services that the Rollout names.
  using FindServices = std::function<ServiceFacts(const Workload& workload)>;
  // `in_place` is the extension for updates in place. It must outlive this extension.
  RolloutExtension(const Extension& in_place, FindFacts find_facts,
                   FindServices find_services = nullptr);

  void Look(workload::Situation& situation) const override;
  std::optional<Step> Next(const workload::Situation& situation, Moment moment) const override;
  void UpdateStatus(const workload::Situation& situation, WorkloadStatus& status) const override;
  std::vector<Event> Events(const workload::Situation& situation,
                            const WorkloadStatus& status) const override;
  std::string Note(const workload::Situation& situation, const PlannedWrite& write,
                   std::map<std::string, std::string>& annotations) const override;
  Step End(const workload::Situation& situation, Step step) const override;

 private:
  RolloutFacts FactsOf(const workload::Situation& situation) const;
  ServiceFacts ServicesOf(const workload::Situation& situation) const;

  const Extension& in_place_;
  FindFacts find_facts_;
  FindServices find_services_;  // if null, no Rollout names a Service
};

}  // namespace windlass::rollout
