#include "cmd/windlass/readiness.h"

#include <algorithm>

namespace windlass {
namespace {

bool IsBarred(const ControllerCondition& controller, const std::vector<NeededRight>& missing) {
  if (controller.waits_for_api) return true;
  return std::ranges::any_of(missing, [&](const NeededRight& right) {
    return !right.optional && right.controller == controller.name;
  });
}

}  // namespace

std::string MissingRightText(const NeededRight& needed) {
  return "missing right: " + needed.right.ToString() +
         "; apply again the manifests that installed Windlass, or give this user the rules of " +
         std::string(needed.manifest);
}

void Readiness::AddMissing(const NeededRight& needed) {
  (needed.optional ? notes : reasons).push_back(MissingRightText(needed));
}

Readiness ReadinessOf(const std::vector<ControllerCondition>& controllers,
                      const std::vector<NeededRight>& missing) {
  const bool all_barred = std::ranges::all_of(
      controllers, [&](const ControllerCondition& one) { return IsBarred(one, missing); });
  // Returns true if the troubles and missing rights of the controller are only notes, which leave
  // the process ready.
  const auto is_let_go = [&](const ControllerCondition& controller) {
    return !all_barred && !controller.holds_readiness && IsBarred(controller, missing);
  };
  Readiness readiness;
  for (const NeededRight& right : missing) {
    const auto owner = std::ranges::find(controllers, right.controller, &ControllerCondition::name);
    if (right.optional || owner == controllers.end() || !is_let_go(*owner)) {
      readiness.AddMissing(right);
    } else {
      readiness.notes.push_back(std::string(owner->name) + ": " + MissingRightText(right));
    }
  }
  for (const ControllerCondition& controller : controllers) {
    for (const std::string& trouble : controller.troubles) {
      if (is_let_go(controller)) {
        readiness.notes.push_back(std::string(controller.name) + ": " + trouble);
      } else {
        readiness.reasons.push_back(trouble);
      }
    }
    // Two controllers may share a cache, and then have the same note: it is shown once.
    for (const std::string& note : controller.notes) {
      if (std::ranges::count(readiness.notes, note) == 0) readiness.notes.push_back(note);
    }
  }
  return readiness;
}

std::string ReadyzText(const Readiness& readiness) {
  std::string text = readiness.reasons.empty() ? "ok\n" : "";
  for (const std::string& reason : readiness.reasons) text += reason + "\n";
  for (const std::string& note : readiness.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace windlass
