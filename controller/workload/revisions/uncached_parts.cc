#include "controller/workload/revisions/uncached_parts.h"

#include <algorithm>
#include <utility>

#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/template_text.h"

namespace windlass::workload {
namespace {

Request ReadOfOwn(const Workload& workload) {
  return Request::Get(workload.kind.traits().resource, KeyOf(workload.meta));
}

bool LacksText(const Workload& workload) { return workload.template_json == nullptr; }

bool LacksValues(const Workload& workload) {
  return workload.large_annotations != nullptr && !workload.large_annotations->empty() &&
         workload.large_values == nullptr;
}

// Returns true if `text` is the template of the cached workload: the bytes are equal, or at least
// the canonical form. After an upgrade, the API server may send an unchanged object in other bytes,
// for example with `"creationTimestamp":null`. Returns false if the upgraded API server adds a
// default that stays in the canonical form (canonical.h).
bool IsTemplateOf(const Workload& workload, const std::string& text) {
  if (FingerprintOf(text) == workload.template_text) return true;
  const Result<std::string> canonical = CanonicalTemplate(text);
  return canonical.ok() && FingerprintOf(*canonical) == workload.template_fingerprint;
}

// Returns the ReplicaSet with the workload's template, among those that the workload owns or is
// about to adopt; null if there is none.
const ReplicaSet* WithTemplate(const Workload& workload, const Claims& claims) {
  for (const auto& claimed : {claims.ours, claims.to_adopt}) {
    const auto found = std::ranges::find(claimed, workload.template_fingerprint,
                                         &ReplicaSet::template_fingerprint);
    if (found != claimed.end()) return *found;
  }
  return nullptr;
}

}  // namespace

OwnParts PartsRead(const Workload& workload, const Learned& learned) {
  OwnParts parts;
  if (!LacksText(workload) && !LacksValues(workload)) return parts;
  const Outcome* read = FindOutcome(learned, ReadOfOwn(workload).Identity());
  if (read == nullptr || !read->said.ok()) return parts;
  if (LacksText(workload)) {
    JsonReader in;
    Result<std::string> text = RawTemplate(in, read->said->body);
    if (text.ok() && IsTemplateOf(workload, *text)) parts.template_json = *std::move(text);
  }
  if (LacksValues(workload)) {
    parts.large_values = LargeValues(read->said->body, *workload.large_annotations);
  }
  return parts;
}

std::optional<Step> ReadOwnParts(const Workload& workload, const Learned& learned) {
  if (!LacksText(workload) && !LacksValues(workload)) return std::nullopt;
  Request read = ReadOfOwn(workload);
  const Outcome* found = FindOutcome(learned, read.Identity());
  if (found == nullptr)
    return Read{std::move(read),
                "the cache does not keep the template or annotations of this object"};
  if (!LacksText(workload)) return std::nullopt;
  if (!found->said.ok()) return Failed{.error = found->said.error()};
  return Failed{.error = {ErrorKind::kConflict, "the object was changed while Windlass read it"}};
}

std::optional<Step> ReadPartsNeededNow(const View& view, const Claims& claims,
                                       const Learned& learned) {
  const Workload& workload = view.workload;
  if (workload.meta.deleting()) return std::nullopt;
  bool needed = LacksText(workload) && view.extension_reads_template;
  if (!needed && LacksValues(workload)) {
    const ReplicaSet* rs = WithTemplate(workload, claims);
    needed = rs != nullptr && LacksLargeAnnotations(workload, *rs);
  }
  Request read = ReadOfOwn(workload);
  if (!needed || FindOutcome(learned, read.Identity()) != nullptr) return std::nullopt;
  return Read{std::move(read),
              "the cache does not keep the template or annotations of this object"};
}

}  // namespace windlass::workload
