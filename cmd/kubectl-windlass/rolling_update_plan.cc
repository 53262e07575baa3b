// What a rolling update would do: planned in this program up to the first write.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "cmd/kubectl-windlass/update_plan.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/words.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// How many reads a plan may take before its first write. Usually there are fewer than ten.
constexpr size_t kReadsMax = 64;

struct Planned {
  UpdatePlan plan;
  Learned learned{};
  std::optional<Error> unknown{};      // a failed read: it is not known whether the plan is refused
  std::optional<Error> lacks_right{};  // with --local: the user may not create the new controller

  // Returns true for a rollback that comes too late: a rename has deleted the new controller, and
  // the planner would finish the rename instead.
  bool is_late() const { return plan.decoded().spec.rollback && plan.IsPastReturn(); }
  bool refused() const {
    return plan.is_read() &&
           (is_late() || plan.Phase() == rc::kFailed || plan.Phase() == rc::kPaused);
  }
};

// Carries out the planner's steps up to its first write. Makes that write only if it is a write
// into the update, which is in memory.
Planned PlanOf(const CommandContext& context, const Json& update, PlanFrom from) {
  Planned planned{.plan = UpdatePlan(context, update)};
  const Status read = planned.plan.ReadControllers();
  if (!read.ok()) {
    planned.unknown = read.error();
    return planned;
  }
  if (from == PlanFrom::kTakenBack) planned.plan.PretendTakenBack();
  while (planned.learned.size() < kReadsMax) {
    const Step step = planned.plan.Next(planned.learned);
    if (const auto* write = std::get_if<Write>(&step)) {
      if (IsOfUpdate(write->request)) static_cast<void>(planned.plan.Send(write->request));
      return planned;
    }
    const auto* question = std::get_if<Read>(&step);
    if (question == nullptr) return planned;
    Result<Reply> reply = planned.plan.Send(question->request);
    // A policy may have denied the request. Does this denial refuse the update?
    //   - with --local: yes
    //   - before a failed update is taken back: yes. Otherwise the command might take the failed
    //     update back although the new update cannot begin
    //   - in all other cases: no, because the policy may allow the same request to Windlass
    const bool taken_back = from == PlanFrom::kTakenBack;
    const bool denied = !reply.ok() && reply.error().detail == ErrorDetail::kDenied;
    // With --local, a missing right has this effect:
    //   - to create the controller: the update is refused
    //   - to do a read that the planner needs (GoesOnAfter): the plan ends
    //   - to do another read: only a warning
    const bool forbidden = !reply.ok() && reply.error().kind == ErrorKind::kForbidden;
    const bool local = context.line.rolling_update.local;
    const bool lacks_right = forbidden && !local && !(denied && taken_back);
    if (forbidden && local) {
      Error told = planned.plan.Told(question->request, reply.error());
      if (question->request.verb() != Verb::kDryRunCreate) {
        context.console.Warning(told.message);
      } else if (!denied) {
        planned.lacks_right = std::move(told);
      }
    }
    // When an update is taken back, its new controller is deleted, which makes room in a quota. So
    // it does not matter that a quota is exceeded now.
    const bool frees = taken_back && !reply.ok() && reply.error().kind == ErrorKind::kQuotaExceeded;
    const bool goes_on = reply.ok() || GoesOnAfter(*question, reply.error().kind);
    if (lacks_right || frees || !goes_on) {
      planned.unknown = planned.plan.Told(question->request, reply.error());
      return planned;
    }
    planned.learned.push_back(OutcomeOf(*question, std::move(reply)));
  }
  return planned;
}

ExitCode TellRefusal(const CommandContext& context, const Planned& planned) {
  const UpdatePlan& plan = planned.plan;
  if (planned.lacks_right) return Report(context.session, context.console, *planned.lacks_right);
  if (planned.is_late()) {
    context.console.Error(
        "the update of " +
        ObjectName(resources::kReplicationControllers, plan.decoded().meta.name) +
        " cannot be taken back any more: its last step, the rename, has begun, and the new "
        "controller is deleted already. To finish the rename, run again the command that began the "
        "update. To go back afterwards, update to the old image");
    return ExitCode::kFailed;
  }
  if (plan.Phase() == rc::kPaused) {
    context.console.Error(plan.PausedText());
    return ExitCode::kHeld;
  }
  context.console.Error(TextOf(plan.update(), "/status/message"));
  return IsRefusedForOther(plan.update()) ? ExitCode::kOtherUpdate : ExitCode::kFailed;
}

// Reads one of the two controllers; returns null if `controller` is null.
Result<Json> ObjectOf(const CommandContext& context, const ReplicationController* controller) {
  if (controller == nullptr) return Json();
  return ReadObject(context.session, {resources::kReplicationControllers, context.namespace_,
                                      controller->meta.name});
}

// Returns the new controller: as it exists, or as it would be made. Returns null if it neither
// exists nor would be made, for example in a rollback.
Result<Json> NewOf(const CommandContext& context, const rc::Situation& situation) {
  const rc::View& view = situation.view;
  if (view.new_controller != nullptr || view.old_controller == nullptr ||
      situation.spec().rollback || view.old_controller->meta.annotations.Has(rc::kRenameJournal)) {
    return ObjectOf(context, view.new_controller);
  }
  // If the plan has not made the read that SizeBefore needs, for example because the read
  // failed, SizeBefore returns the present size of the old controller.
  WINDLASS_TRY(const ReplicationController made,
               rc::MakeNewController(situation, rc::SizeBefore(situation).value));
  return Json::parse(rc::CreateRequest(made).body(), nullptr, false);
}

// Prints both controllers; the controller that is replaced comes first.
Status PrintBoth(const CommandContext& context, const Planned& planned) {
  const rc::View view = planned.plan.View();
  const rc::Situation situation =
      rc::MakeSituation(view, planned.learned, context.session.clock().Wall());
  const bool back = situation.spec().rollback;
  const bool ends_rename = planned.plan.IsPastReturn();
  if (ends_rename) {
    context.console.message("The rename of " + situation.new_name + " to " + situation.old_name() +
                            ", which was cut off, would be finished first.\n");
  }
  // Without NEW, the name of the new controller is computed from selector and template of the old
  // controller. A rename that has to be finished first changes both, so the name is not known yet.
  const bool unknown = ends_rename && situation.spec().new_name.empty();
  if (context.line.output == OutputFormat::kText) {
    if (unknown) return Unit{};
    const std::string& old = situation.old_name();
    const std::string& named = situation.spec().new_name;
    const std::string& created = ends_rename && !named.empty() ? named : situation.new_name;
    context.console.out("Rolling from:\n" + (back ? created : old) + "\nTo:\n" +
                        (back ? old : created) + '\n');
    return Unit{};
  }
  WINDLASS_TRY(const Json old, ObjectOf(context, view.old_controller));
  WINDLASS_TRY(const Json created, NewOf(context, situation));
  std::vector<const Json*> both = {&old, &created};
  if (back) std::ranges::reverse(both);
  std::erase_if(both, [](const Json* one) { return one->is_null(); });
  context.console.out(PrintList(both, resources::kReplicationControllers, context.line.output));
  return Unit{};
}

}  // namespace

std::optional<ExitCode> RefuseByPlan(const CommandContext& context, const Json& update,
                                     PlanFrom from) {
  const Planned planned = PlanOf(context, update, from);
  if (!planned.refused()) return std::nullopt;
  return TellRefusal(context, planned);
}

ExitCode PrintPlan(const CommandContext& context, const Json& update, PlanFrom from) {
  const Planned planned = PlanOf(context, update, from);
  const bool judges = from != PlanFrom::kUnderWay;
  if (judges && planned.refused()) return TellRefusal(context, planned);
  // Windlass may have a right that the user lacks. So a failed read is an error only with --local,
  // or if the controllers could not be read.
  const bool decides = context.line.rolling_update.local || !planned.plan.is_read();
  if (planned.unknown && decides) {
    return Report(context.session, context.console, *planned.unknown);
  }
  if (planned.unknown) context.console.Warning("not checked: " + planned.unknown->message);
  const Status printed = PrintBoth(context, planned);
  if (!printed.ok()) return Report(context.session, context.console, printed.error());
  return ExitCode::kDone;
}

}  // namespace windlass::cli
