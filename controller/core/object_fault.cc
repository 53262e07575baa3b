#include "controller/core/object_fault.h"

#include <string>

#include "kubeclient/api/request.h"

namespace windlass {
namespace {

// An object whose latest line is older than this is forgotten, and with it the faults that were
// counted since that line.
constexpr Duration kForgottenAfter = 10 * kFaultLineEvery;

}  // namespace

void FaultLog::Note(const ResourceId& resource, const ObjectKey& key, const char* fault) {
  const MonotonicTime now = clock_.Now();
  std::string object = ObjectText(resource, key);
  const auto [found, is_first] = lines_.try_emplace(object, Line{now});
  Line& line = found->second;
  if (!is_first && now - line.at < kFaultLineEvery) {
    ++line.left_out;
    return;
  }
  LogFields fields = {{"object", object}, {"error", fault}};
  if (line.left_out > 0) fields.emplace_back("left_out", line.left_out);
  line = {now};
  log_.Error("internal error outside of a sync", fields);
  Forget(now);
}

void FaultLog::Forget(MonotonicTime now) {
  if (now - forgot_at_ < kForgottenAfter) return;
  forgot_at_ = now;
  std::erase_if(lines_, [now](const auto& line) { return now - line.second.at > kForgottenAfter; });
}

}  // namespace windlass
