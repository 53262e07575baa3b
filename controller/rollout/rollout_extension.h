// Adds to the planner what Rollouts have besides updates in place: steps, and dry runs before a
// ReplicaSet is made.
//
//   Look                   narrows the limits to the step in force, then calls Look of updates in
//                          place
//   Next, to recover       stores a stable revision that was found; then updates in place
//   Next, while running    1. a template that was refused: nothing is rolled out (RO-091)
//                          2. the dry run that is due (RO-090)
//                          3. the write that begins a step (RO-058)
//                          4. updates in place
//                          5. the note that a revision is complete (RO-121)
//   Next, before a         1 to 4 of the row above
//     creation
//   Next, otherwise        updates in place
//   UpdateStatus, Events   what updates in place report, the step, the verdict, Pods that are
//                          stuck, and Services
//   End                    a write to a Service that is due comes first (RO-182); then a list of
//                          Pods that have been unavailable for long (RO-140). Otherwise looks again
//                          when a pause ends, when the API server is to be asked again, or when the
//                          defaults become overdue
//
// Stateless: in each call, FindFacts and FindServices return what the extension needs to know of a
// Rollout besides the workload.
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

// What the extension needs to know of a Rollout besides its workload. `steps`, `stuck` and
// `checks.defaulted` are borrowed: they are valid until the cached Rollout or an answer about it
// changes.
struct RolloutFacts {
  Steps steps{};  // spec.strategy.steps
  TemplateChecks checks{};
  // Null if no list of Pods was asked for since the Rollout was last complete.
  const StuckAnswers::Entry* stuck = nullptr;
};

class RolloutExtension final : public Extension {
 public:
  // Returns the facts of a Rollout.
  using FindFacts = std::function<RolloutFacts(const Workload& workload, WallTime now)>;
  // Returns what is known of the Services that the Rollout names. Called less often than FindFacts.
  using FindServices = std::function<ServiceFacts(const Workload& workload)>;
  // `in_place` adds updates in place, and decides all that Rollouts do not decide for themselves.
  // It must outlive this extension.
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
  FindServices find_services_;  // null: no Service is named
};

}  // namespace windlass::rollout
