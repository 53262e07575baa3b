#include "controller/replication_controller/finish.h"

#include <utility>
#include <vector>

#include "controller/replication_controller/status.h"
#include "controller/replication_controller/target.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

bool IsForOtherSpec(const Situation& situation) {
  const std::string& target = situation.run.target;
  return HasOtherName(situation.spec(), target) || HasOtherContent(situation.spec(), target);
}

}  // namespace

Step Finish(const Situation& situation, std::string_view phase, std::string line, Event warning) {
  StatusDraft draft = BeginDraft(situation);
  draft.step = kStepDone;
  draft.scaling.reset();
  draft.deadline = {};
  draft.journal.clear();
  Say(draft, line);
  const bool again = !situation.spec().rollback && IsForOtherSpec(situation);
  if (again) phase = kPreparing;
  const bool warns = !warning.message.empty();
  SetPhase(situation, draft, phase, phase, warns ? line + ". " + warning.message : line);
  std::vector<Event> events;
  if (warns) events.push_back(std::move(warning));
  events.push_back({.reason = "RollingUpdateComplete", .message = std::move(line)});
  return StoreOrWait(situation, draft, Wait{}, std::move(events));
}

}  // namespace windlass::replication_controller
