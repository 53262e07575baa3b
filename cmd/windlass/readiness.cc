#include "cmd/windlass/readiness.h"

namespace windlass {

bool IsForInPlaceAlone(const Right& right) {
  return right.resource == resources::kNodes ||
         right.resource == resources::kPodDisruptionBudgets ||
         (right.resource == resources::kPods && right.verb != "list" && right.verb != "watch");
}

std::string MissingRightText(const Right& right) {
  const char* manifest =
      IsForInPlaceAlone(right) ? "deploy/rbac-in-place.yaml" : "deploy/rbac.yaml";
  return "missing right: " + right.ToString() + "; apply " + manifest + " or grant it to this user";
}

void Readiness::AddMissing(const Right& right) {
  (IsForInPlaceAlone(right) ? notes : reasons).push_back(MissingRightText(right));
}

std::string ReadyzText(const Readiness& readiness) {
  std::string text = readiness.reasons.empty() ? "ok\n" : "";
  for (const std::string& reason : readiness.reasons) text += reason + "\n";
  for (const std::string& note : readiness.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace windlass
