#include "controller/workload/annotations/annotations.h"

#include <algorithm>

#include "kubeclient/base/parse_whole.h"

namespace windlass::workload {
namespace {

std::optional<int32_t> ParseSize(const ReplicaSet& rs, std::string_view key) {
  const auto text = rs.meta.annotations.Find(key);
  if (!text) return std::nullopt;
  const auto value = ParseWhole<int32_t>(*text);
  return value && *value >= 0 ? value : std::nullopt;
}

}  // namespace

bool IsInternal(std::string_view key) { return key.starts_with(kInternalPrefix); }

bool HasInternal(const ObjectMeta& meta) {
  return std::ranges::any_of(meta.annotations,
                             [](const auto& one) { return IsInternal(one.first.text()); });
}

bool IsCopied(std::string_view key) {
  for (const std::string_view ours :
       {kRevision, kRevisionHistory, kDesiredReplicas, kMaxReplicas, kRollbackTo, kLastApplied,
        kRequestedTemplate, kPromote, kTermAnnotation}) {
    if (key == ours) return false;
  }
  return !IsInternal(key);
}

bool IsRead(std::string_view key) {
  return key.starts_with("windlass.dev/") || IsInternal(key) ||
         key.starts_with("deployment.kubernetes.io/") || key == kRollbackTo ||
         key == "kubernetes.io/change-cause";
}

std::optional<int64_t> ParseRevision(std::string_view text) { return ParseWhole<int64_t>(text); }

std::string_view RevisionText(const ObjectMeta& meta) {
  return meta.annotations.Find(kRevision).value_or(std::string_view());
}

std::optional<int64_t> RevisionOf(const ObjectMeta& meta) {
  const auto text = meta.annotations.Find(kRevision);
  return text ? ParseRevision(*text) : 0;
}

std::optional<int32_t> DesiredReplicas(const ReplicaSet& rs) {
  return ParseSize(rs, kDesiredReplicas);
}

std::optional<int32_t> MaxReplicas(const ReplicaSet& rs) { return ParseSize(rs, kMaxReplicas); }

std::string AppendToHistory(std::string_view history, std::string_view old_revision, size_t limit) {
  if (history.empty()) return std::string(old_revision);
  std::string_view kept = history;
  while (kept.size() + 1 + old_revision.size() > limit) {
    const size_t comma = kept.find(',');
    if (comma == std::string_view::npos) {  // drops the last old entry if the new one fits
      return std::string(old_revision.size() <= limit ? old_revision : history);
    }
    kept.remove_prefix(comma + 1);
  }
  return std::string(kept) + "," + std::string(old_revision);
}

}  // namespace windlass::workload
