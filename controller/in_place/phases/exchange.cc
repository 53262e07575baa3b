#include "controller/in_place/phases/exchange.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/in_place/phases/refusal_count.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/template/json_diff.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"

namespace windlass::in_place {
namespace {

constexpr std::string_view kNotes[] = {kExchange, kMode,           kStandIns,
                                       kBlocked,  kRefusedPatches, kOwnGeneration};

// kubectl and the stock controller read these two annotations.
constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";

// Bytes reserved for the names in a stash and for the rollout's other notes.
constexpr size_t kStashRest = 4096;

std::string_view TextIn(const StringMap& map, std::string_view key) {
  return map.Find(key).value_or(std::string_view());
}

// Returns true if the annotation `key`
//   - came from the workload with the template, such as example.com/team. This is assumed of each
//     key that is not excluded below.
//   - says which template was asked for (kRequestedTemplate)
//   - says that the template has worked (proven.h)
// All other annotations are about the ReplicaSet that has them, or are the same in all ReplicaSets
// (user keys). Exception: the revision annotations belong to the template, but this returns false
// for them, because GetRevision adds them to the changes.
bool BelongsToTemplate(std::string_view key) {
  if (key == workload::kRequestedTemplate) return true;
  if (key == workload::kComplete || key == workload::kScaledToZero) return true;
  for (const char* prefix : {"deployment.kubernetes.io/", "deprecated.deployment.rollback.to",
                             "kubectl.kubernetes.io/last-applied", "windlass.dev/"}) {
    if (key.starts_with(prefix)) return false;
  }
  return !workload::IsInternal(key);
}

// Returns the changes that make the annotations `to` equal to `from`, as far as they belong to a
// template (BelongsToTemplate). Example: `from` has change-cause=A, `to` has example.com/team=x.
// The changes set change-cause to A and remove example.com/team.
TextChanges AnnotationsToGet(const StringMap& from, const StringMap& to) {
  TextChanges changes;
  for (const auto& [key, value] : to) {
    if (BelongsToTemplate(key) && !from.Has(key)) changes[std::string(key.text())] = std::nullopt;
  }
  for (const auto& [key, value] : from) {
    if (BelongsToTemplate(key) && to.Find(key) != value.text()) {
      changes[std::string(key.text())] = std::string(value.text());
    }
  }
  return changes;
}

void GetRevision(std::string_view revision, std::string_view history, TextChanges& changes) {
  for (const auto& [key, value] : {std::pair(kRevision, revision), {kRevisionHistory, history}}) {
    auto& change = changes[std::string(key)];
    if (!value.empty()) change = std::string(value);
  }
}

// Returns `template_json` with the pod-template-hash label of `rs` in place of the template's own.
// If `rs` has no such label, because a user made `rs` by hand, the result has none. All other
// fields stay as they are, unknown fields and empty objects included.
Result<Json> TemplateFor(const ReplicaSet& rs, const std::string& template_json) {
  const auto malformed = [&](const char* what) {
    return Error{ErrorKind::kMalformed, "replicaset " + KeyOf(rs.meta).ToString() + ": " + what +
                                            ": is not a JSON object"};
  };
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return malformed("spec.template");
  Json& metadata = pod_template["metadata"];
  if (metadata.is_null()) metadata = Json::object();
  if (!metadata.is_object()) return malformed("spec.template.metadata");
  Json& labels = metadata["labels"];
  if (labels.is_null()) labels = Json::object();
  if (!labels.is_object()) return malformed("spec.template.metadata.labels");
  const std::string label(kPodTemplateHashLabel);
  if (const auto hash = rs.meta.labels.Find(kPodTemplateHashLabel)) {
    labels[label] = *hash;
  } else {
    labels.erase(label);
  }
  return pod_template;
}

// Returns the request that gives `rs` a template and the labels and annotations that belong to the
// template. The request has the resourceVersion of `rs`. So the API server applies it only to the
// version that we saw, and each `remove` finds its key.
Request PutTemplate(const ReplicaSet& rs, Json pod_template, const TextChanges& changes) {
  const std::string path = "/metadata/annotations";
  Json operations = Json::array();
  const auto add = [&](const char* op, const std::string& at, Json value) {
    operations.push_back({{"op", op}, {"path", at}, {"value", std::move(value)}});
  };
  if (rs.meta.annotations.empty()) {
    add("test", path, nullptr);
    add("add", path, Json::object());
  }
  for (const auto& [key, value] : changes) {
    const std::string place = path + PointerTo(key);
    if (value) {
      add("add", place, *value);
    } else if (rs.meta.annotations.Has(key)) {
      operations.push_back({{"op", "remove"}, {"path", place}});
    }
  }
  add("add", "/metadata/labels", pod_template["metadata"]["labels"]);
  add("replace", "/spec/template", std::move(pod_template));
  return Request::JsonPatch(resources::kReplicaSets, VersionOf(rs.meta), DumpJson(operations));
}

// Returns `template_json` in the form that a stash holds. The API server writes each of the letters
// <, > and & as six bytes, such as \u003c. Here each is one byte.
std::string StashedForm(const std::string& template_json) {
  const Json parsed = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? template_json : DumpJson(parsed);
}

// Returns the text of the stash, with the template as the last member.
std::string StashText(const ReplicaSet& host, const ReplicaSet& pending,
                      const std::string& pending_template) {
  Json json = {{"self", pending.meta.uid.ToString()},
               {"host", host.meta.uid.ToString()},
               {"revision", TextIn(pending.meta.annotations, kRevision)},
               {"history", TextIn(pending.meta.annotations, kRevisionHistory)},
               {"annotations", Json::object()},
               {"gone", Json::array()}};
  for (const auto& [key, value] :
       AnnotationsToGet(pending.meta.annotations, host.meta.annotations)) {
    if (value) {
      json["annotations"][key] = *value;
    } else {
      json["gone"].push_back(key);
    }
  }
  std::string text = DumpJson(json);
  text.pop_back();
  return text.append(R"(,"template":)").append(StashedForm(pending_template)).append("}");
}

// Calls visit(key, bytes) for each annotation of `present` after `changes` are applied.
template <typename Visit>
void VisitChanged(const StringMap& present, const TextChanges& changes, Visit visit) {
  for (const auto& [key, value] : present) {
    if (!changes.contains(std::string(key.text())))
      visit(key.text(), key.text().size() + value.text().size());
  }
  for (const auto& [key, value] : changes) {
    if (value) visit(std::string_view(key), key.size() + value->size());
  }
}

size_t AnnotationBytes(const StringMap& present, const TextChanges& changes) {
  size_t bytes = 0;
  VisitChanged(present, changes, [&](std::string_view, size_t one) { bytes += one; });
  return bytes;
}

// Returns the key of the annotation that has the most bytes after `changes` are applied. Internal
// annotations (IsInternal) do not count.
std::string LongestOf(const StringMap& present, const TextChanges& changes) {
  std::string longest;
  size_t bytes = 0;
  VisitChanged(present, changes, [&](std::string_view key, size_t one) {
    if (workload::IsInternal(key) || one <= bytes) return;
    longest = key;
    bytes = one;
  });
  return longest;
}

struct NamedStash {
  std::optional<Uid> self;
  std::optional<Uid> host;
  Stash stash;
};

// Returns the stash in `pending`, for any host. Returns nullopt if the stash
//   - cannot be read, or names `pending` as host
//   - was copied from another ReplicaSet: its uid `self` is not that of `pending`
std::optional<NamedStash> ReadStash(const ReplicaSet& pending) {
  const auto text = pending.meta.annotations.Find(kExchange);
  if (!text) return std::nullopt;
  NamedStash out;
  Stash& stash = out.stash;
  JsonReader in;
  in.Begin(*text);
  in.Object([&](std::string_view key) {
    if (key == "self")
      out.self = Uid::Parse(in.String());
    else if (key == "host")
      out.host = Uid::Parse(in.String());
    else if (key == "revision")
      stash.revision = in.String();
    else if (key == "history")
      stash.history = in.String();
    else if (key == "annotations")
      in.Object([&](std::string_view name) { stash.annotations[std::string(name)] = in.String(); });
    else if (key == "gone")
      in.Array([&] { stash.gone.emplace_back(in.String()); });
    else if (key == "template")
      stash.template_json = in.RawObject();
  });
  if (!in.End().ok() || stash.revision.empty() || !out.host) return std::nullopt;
  if (out.self != pending.meta.uid || out.host == pending.meta.uid) return std::nullopt;
  const Result<std::string> canonical = CanonicalTemplate(stash.template_json);
  if (!canonical.ok()) return std::nullopt;
  stash.fingerprint = FingerprintOf(*canonical);
  return out;
}

}  // namespace

bool HasStash(const ReplicaSet& rs) { return rs.meta.annotations.Has(kExchange); }

std::optional<Stash> StashOf(const ReplicaSet& pending, const ReplicaSet& host) {
  std::optional<NamedStash> found = ReadStash(pending);
  if (!found || found->host != host.meta.uid) return std::nullopt;
  return std::move(found->stash);
}

const ReplicaSet* HostOfStash(const ReplicaSet& pending, std::span<const ReplicaSet* const> all) {
  const std::optional<NamedStash> found = ReadStash(pending);
  if (!found) return nullptr;
  const auto host =
      std::ranges::find_if(all, [&](const ReplicaSet* rs) { return rs->meta.uid == found->host; });
  return host == all.end() ? nullptr : *host;
}

bool HasTaken(const ReplicaSet& host, const Stash& stash) {
  return host.template_fingerprint == stash.fingerprint ||
         TextIn(host.meta.annotations, kRevision) == stash.revision;
}

std::optional<std::string> WhyNoStash(const std::string& template_json,
                                      const std::map<std::string, std::string>& annotations,
                                      const ReplicaSet& host) {
  const size_t template_bytes = StashedForm(template_json).size();
  const std::string takes = std::to_string(template_bytes) + " bytes as JSON with all defaults";
  const auto at_most = [](size_t most) {
    return "at most " + std::to_string(most) + " bytes are possible. Shorten spec.template";
  };
  if (template_bytes > kStashTemplateBytesMax) {
    return "spec.template takes " + takes +
           ", where the letters <, > and & count as one byte each, and " +
           at_most(kStashTemplateBytesMax);
  }
  // The pending ReplicaSet may not exist yet, so its size is estimated from the host. X1, the first
  // write of the exchange, gives it the host's annotations that belong to a template. All other
  // annotations take about as many bytes in the pending ReplicaSet as in the host.
  size_t bytes = kStashRest + template_bytes + AnnotationBytes(host.meta.annotations);
  TextChanges changes;
  for (const auto& [key, value] : annotations) {
    if (!BelongsToTemplate(key) || host.meta.annotations.Find(key) == value) continue;
    bytes += DumpJson(Json(key)).size() + DumpJson(Json(value)).size() + 2;
    changes[key] = value;
  }
  for (const auto& [key, value] : host.meta.annotations) {
    if (!annotations.contains(std::string(key.text())))
      bytes += DumpJson(Json(key.text())).size() + 1;
  }
  if (bytes <= kAnnotationBytesMax) return std::nullopt;
  const std::string longest = LongestOf(host.meta.annotations, changes);
  return "With spec.template, which takes " + takes +
         ", the annotations of the replica set would take " + std::to_string(bytes) +
         " bytes, and " + at_most(kAnnotationBytesMax) +
         (longest.empty() ? "" : ", or the longest annotation, " + longest);
}

Result<Request> BeginExchange(const ReplicaSet& host, const std::string& host_template,
                              const ReplicaSet& pending, const std::string& pending_template) {
  WINDLASS_TRY(Json pod_template, TemplateFor(pending, host_template));
  if (TextIn(pending.meta.annotations, kRevision).empty()) {
    return Error{ErrorKind::kMalformed, "replicaset " + KeyOf(pending.meta).ToString() +
                                            ": annotation " + std::string(kRevision) +
                                            " is missing"};
  }
  // X2, the second write of the exchange, will give the stashed template to the host. If X2 would
  // fail with this template, X1, the write made here, must not stash it.
  WINDLASS_TRY([[maybe_unused]] const Json stashed, TemplateFor(host, pending_template));
  TextChanges changes = AnnotationsToGet(host.meta.annotations, pending.meta.annotations);
  GetRevision(TextIn(host.meta.annotations, kRevision),
              TextIn(host.meta.annotations, kRevisionHistory), changes);
  changes[std::string(kExchange)] = StashText(host, pending, pending_template);
  const size_t bytes = AnnotationBytes(pending.meta.annotations, changes);
  if (bytes > kAnnotationBytesMax) {
    return Error{ErrorKind::kInvalid, "replicaset " + KeyOf(pending.meta).ToString() +
                                          ": its annotations would have " + std::to_string(bytes) +
                                          " bytes, " +
                                          std::to_string(StashedForm(pending_template).size()) +
                                          " of them for spec.template, and at most " +
                                          std::to_string(kAnnotationBytesMax) +
                                          " bytes are possible. Shorten spec.template, or the "
                                          "longest annotation, " +
                                          LongestOf(pending.meta.annotations, changes)};
  }
  return PutTemplate(pending, std::move(pod_template), changes);
}

Result<Request> FinishExchange(const ReplicaSet& host, const Stash& stash) {
  WINDLASS_TRY(Json pod_template, TemplateFor(host, stash.template_json));
  TextChanges changes;
  for (const auto& [key, value] : stash.annotations) changes[key] = value;
  for (const std::string& key : stash.gone) changes[key] = std::nullopt;
  // Any client with the right to change ReplicaSets may have written the stash. So the host gets
  // only annotations that belong to a template.
  std::erase_if(changes, [](const auto& change) { return !BelongsToTemplate(change.first); });
  GetRevision(stash.revision, stash.history, changes);
  return PutTemplate(host, std::move(pod_template), changes);
}

Request ForgetExchange(const ReplicaSet& pending) {
  Json fields;
  for (const std::string_view key : kNotes) {
    fields["metadata"]["annotations"][std::string(key)] = nullptr;
  }
  return Request::MergePatch(resources::kReplicaSets, VersionOf(pending.meta), "",
                             DumpJson(fields));
}

bool HasNotes(const ReplicaSet& rs) {
  return std::ranges::any_of(kNotes,
                             [&](std::string_view key) { return rs.meta.annotations.Has(key); });
}

bool AnyHasNotes(std::span<const ReplicaSet* const> all) {
  return std::ranges::any_of(all, [](const ReplicaSet* rs) { return HasNotes(*rs); });
}

bool Remembers(const ReplicaSet& rs) { return HasNotes(rs) || Asks(rs.meta); }

}  // namespace windlass::in_place
