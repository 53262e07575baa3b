#include "cmd/windlass/readiness.h"

namespace windlass {

std::string MissingRightText(const NeededRight& needed) {
  return "missing right: " + needed.right.ToString() + "; apply " + std::string(needed.manifest) +
         " or grant it to this user";
}

void Readiness::AddMissing(const NeededRight& needed) {
  (needed.optional ? notes : reasons).push_back(MissingRightText(needed));
}

std::string ReadyzText(const Readiness& readiness) {
  std::string text = readiness.reasons.empty() ? "ok\n" : "";
  for (const std::string& reason : readiness.reasons) text += reason + "\n";
  for (const std::string& note : readiness.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace windlass
