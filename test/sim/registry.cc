#include "test/sim/registry.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/admission.h"
#include "test/sim/api_defaults.h"
#include "test/sim/api_validation.h"
#include "test/sim/prepare_update.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

void SetKind(const ApiResource& resource, Json& object) {
  object["kind"] = resource.kind;
  object["apiVersion"] = resource.GroupVersion();
}

bool HasFinalizers(const Json& object) { return !At(object, {"metadata", "finalizers"}).empty(); }

constexpr const char* kForeground = "foregroundDeletion";
constexpr const char* kOrphan = "orphan";

// Returns what becomes of the dependents: what the request says; otherwise what an earlier DELETE
// of the object said, otherwise what the resource does.
Propagation PropagationFor(const ApiResource& resource, const Json& object,
                           const std::optional<Propagation>& asked) {
  if (asked) return *asked;
  for (const Json& present : At(object, {"metadata", "finalizers"})) {
    if (present == kOrphan) return Propagation::kOrphan;
    if (present == kForeground) return Propagation::kForeground;
  }
  return resource.orphans_dependents ? Propagation::kOrphan : Propagation::kBackground;
}

// Sets the finalizer that the garbage collector acts upon, in place of that of an earlier DELETE.
void SetDeletionFinalizer(Json& object, Propagation propagation) {
  Json kept = Json::array();
  for (const Json& present : At(object, {"metadata", "finalizers"})) {
    if (present != kOrphan && present != kForeground) kept.push_back(present);
  }
  if (propagation == Propagation::kOrphan) kept.push_back(kOrphan);
  if (propagation == Propagation::kForeground) kept.push_back(kForeground);
  if (kept.empty()) {
    object["metadata"].erase("finalizers");
  } else {
    object["metadata"]["finalizers"] = std::move(kept);
  }
}

ApiAnswer Undecodable(const ApiResource& resource, const std::string& why) {
  const std::string kind(resource.kind);
  return BadRequest(kind + " in version \"" + std::string(resource.version) +
                    "\" cannot be handled as a " + kind + ": " + why);
}

}  // namespace

std::string Target::Describe() const {
  std::string text(resource->plural);
  if (!subresource.empty()) text += "/" + subresource;
  text += " ";
  if (!namespace_.empty()) text += namespace_ + "/";
  return text + name;
}

ApiAnswer Registry::Create(const Caller& caller, const Target& target, Json object, bool dry_run) {
  const ApiResource& resource = *target.resource;
  if (const auto wrong = FindWrongType(resource, object)) return Undecodable(resource, *wrong);
  if (const auto refused = CheckNamespace(target)) return *refused;
  if (!NamespaceOf(object).empty() && NamespaceOf(object) != target.namespace_) {
    return BadRequest(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  if (!RevisionOf(object).empty()) {
    return InternalError("resourceVersion should not be set on objects to be created");
  }
  SetKind(resource, object);
  Json& meta = object["metadata"];
  const std::string prefix = TextAt(object, {"metadata", "generateName"});
  if (NameOf(object).empty() && !prefix.empty()) meta["name"] = NewName(prefix);
  if (resource.namespaced) meta["namespace"] = target.namespace_;
  meta.erase("deletionTimestamp");
  meta.erase("deletionGracePeriodSeconds");
  meta["uid"] = NewUid();
  meta["creationTimestamp"] = TimeText(clock_.Wall());
  if (resource.has_generation) meta["generation"] = 1;
  if (resource.has_status) object["status"] = nullptr;
  ApplyDefaults(resource, object);
  Mutate(store_, resource, object);
  DropEmptyFields(resource, object);

  Causes causes;
  if (NameOf(object).empty()) {
    causes.push_back(RequiredField("metadata.name", "name or generateName is required"));
  }
  for (Cause& cause : ValidateCreate(resource, object)) causes.push_back(std::move(cause));
  if (auto cause = CheckAnnotations(object)) causes.push_back(*std::move(cause));
  const std::string name = NameOf(object);
  if (!causes.empty()) return Invalid(resource, name, causes);
  const StoreKey key{resource.resource, target.namespace_, name};
  // Admission comes before the check of the name.
  if (auto refused = Admit(store_, resource, object, dry_run)) return *refused;
  if (store_.Find(key) != nullptr) return AlreadyExists(resource, name);
  if (dry_run) return Answer(201, MakeObject(std::move(object)));
  if (auto refused = CheckSize(object)) return *refused;
  return Answer(201, Commit(caller, key, std::move(object)));
}

ApiAnswer Registry::Update(const Caller& caller, const Target& target, How how,
                           const Transform& transform) {
  const ApiResource& resource = *target.resource;
  const Object current = store_.Find(target.key());
  if (current == nullptr) {
    if (how == How::kPatch || !resource.created_by_update) return NotFound(resource, target.name);
    auto wished = transform(Json::object());
    if (auto* refused = std::get_if<ApiAnswer>(&wished)) return *refused;
    return Create(caller, target, std::get<Json>(std::move(wished)));
  }
  auto wished = transform(*current);
  if (auto* refused = std::get_if<ApiAnswer>(&wished)) return *refused;
  Json next = std::get<Json>(std::move(wished));
  if (const auto wrong = FindWrongType(resource, next)) {
    if (how == How::kPut) return Undecodable(resource, *wrong);
    // The server's answer blames the whole patch.
    return Invalid(resource, "", {{"patch", "FieldValueInvalid", "Invalid value: " + *wrong}});
  }
  if (NameOf(next) != target.name) {
    return BadRequest("the name of the object (" + NameOf(next) +
                      ") does not match the name on the URL (" + target.name + ")");
  }
  if (auto refused = CheckVersion(target, how, *current, next)) return *refused;

  SetKind(resource, next);
  KeepStored(resource, target.subresource, *current, next);
  ApplyDefaults(resource, next);
  Mutate(store_, resource, next);
  DropEmptyFields(resource, next);
  if (BumpsGeneration(resource, target.subresource, *current, next)) {
    next["metadata"]["generation"] = IntAt(*current, {"metadata", "generation"}) + 1;
  }
  Causes causes = ValidateUpdate(resource, *current, next, target.subresource);
  if (auto cause = CheckAnnotations(next)) causes.push_back(*std::move(cause));
  if (!causes.empty()) return Invalid(resource, target.name, causes);

  next["metadata"]["resourceVersion"] = RevisionOf(*current);
  if (next == *current) return Answer(200, current);  // without a change, nothing is written
  const bool last_finalizer_gone = IsDeleting(next) && !HasFinalizers(next) &&
                                   HasFinalizers(*current) &&
                                   IntAt(next, {"metadata", "deletionGracePeriodSeconds"}) == 0;
  if (last_finalizer_gone) return Answer(200, Commit(caller, target.key(), std::nullopt));
  if (auto refused = CheckSize(next)) return *refused;
  return Answer(200, Commit(caller, target.key(), std::move(next)));
}

ApiAnswer Registry::Delete(const Caller& caller, const Target& target,
                           const DeleteOptions& options) {
  const ApiResource& resource = *target.resource;
  const Object current = store_.Find(target.key());
  if (current == nullptr) return NotFound(resource, target.name);
  if (options.uid && *options.uid != UidOf(*current)) {
    return DeleteConflict(resource, target.name,
                          "the UID in the precondition (" + *options.uid +
                              ") does not match the UID in record (" + UidOf(*current) +
                              "). The object might have been deleted and then recreated");
  }
  if (options.resource_version && *options.resource_version != RevisionOf(*current)) {
    return DeleteConflict(resource, target.name,
                          "the ResourceVersion in the precondition (" + *options.resource_version +
                              ") does not match the ResourceVersion in record (" +
                              RevisionOf(*current) + "). The object might have been modified");
  }
  if (resource.resource == resources::kPods) return DeletePod(caller, target, *current, options);

  Json next = *current;
  SetDeletionFinalizer(next, PropagationFor(resource, *current, options.propagation));
  if (resource.resource == resources::kNamespaces) {
    next["status"]["phase"] = "Terminating";
    return MarkDeleted(caller, target, std::move(next), 0);
  }
  if (HasFinalizers(next)) return MarkDeleted(caller, target, std::move(next), 0);
  Commit(caller, target.key(), std::nullopt);
  return Deleted(resource, target.name, UidOf(*current));
}

// Upstream uses no grace for a Pod without a node, or with all containers ended.
ApiAnswer Registry::DeletePod(const Caller& caller, const Target& target, const Json& current,
                              const DeleteOptions& options) {
  int64_t grace = options.grace_period_seconds.value_or(
      IntAt(current, {"spec", "terminationGracePeriodSeconds"}, 30));
  if (TextAt(current, {"spec", "nodeName"}).empty() || IsTerminalPod(current)) grace = 0;
  Json next = current;
  SetDeletionFinalizer(next, PropagationFor(*target.resource, current, options.propagation));
  const int64_t pending = IntAt(current, {"metadata", "deletionGracePeriodSeconds"}, -1);
  // A second DELETE may shorten the grace period, but never lengthen it.
  ApiAnswer answer = Answer(200, store_.Find(target.key()));
  if (!IsDeleting(current) || grace < pending) {
    answer = MarkDeleted(caller, target, std::move(next), grace);
  } else if (grace > 0 || HasFinalizers(current)) {
    return answer;
  }
  if (grace > 0 || HasFinalizers(*answer.body)) return answer;
  return Answer(200, Commit(caller, target.key(), std::nullopt));
}

ApiAnswer Registry::MarkDeleted(const Caller& caller, const Target& target, Json object,
                                int64_t grace) {
  Json& meta = object["metadata"];
  if (!IsDeleting(object) && meta.contains("generation")) {
    meta["generation"] = IntAt(object, {"metadata", "generation"}) + 1;
  }
  const bool pod = target.resource->resource == resources::kPods;
  if (pod || !IsDeleting(object)) {
    meta["deletionTimestamp"] = TimeText(clock_.Wall() + seconds(grace));
  }
  if (target.resource->resource != resources::kNamespaces) {
    meta["deletionGracePeriodSeconds"] = grace;
  }
  const Object current = store_.Find(target.key());
  if (object == *current) return Answer(200, current);
  return Answer(200, Commit(caller, target.key(), std::move(object)));
}

std::optional<Cause> Registry::CheckAnnotations(const Json& object) const {
  size_t size = 0;
  for (const auto& [key, value] : At(object, {"metadata", "annotations"}).items()) {
    if (value.is_string()) size += key.size() + value.get_ref<const std::string&>().size();
  }
  if (size <= limits_.annotation_bytes_max) return std::nullopt;
  return Cause{
      "metadata.annotations", "FieldValueTooLong",
      "Too long: may not be more than " + std::to_string(limits_.annotation_bytes_max) + " bytes"};
}

std::optional<ApiAnswer> Registry::CheckSize(const Json& object) const {
  if (StoredSize(object) <= limits_.object_bytes_max) return std::nullopt;
  return InternalError("etcdserver: request is too large");
}

std::optional<ApiAnswer> Registry::CheckNamespace(const Target& target) const {
  if (!target.resource->namespaced) return std::nullopt;
  const Object found = store_.Find({resources::kNamespaces, "", target.namespace_});
  if (found == nullptr)
    return NotFound(DescribeResource(resources::kNamespaces), target.namespace_);
  if (IsDeleting(*found)) {
    return NamespaceTerminating(*target.resource, target.name, target.namespace_);
  }
  return std::nullopt;
}

std::optional<ApiAnswer> Registry::CheckVersion(const Target& target, How how, const Json& current,
                                                const Json& next) const {
  const ApiResource& resource = *target.resource;
  const std::string uid = UidOf(next);
  // Only a PUT's uid is a precondition; a PATCH that changes it is invalid (found by
  // api_contract_real).
  if (how == How::kPut && !uid.empty() && uid != UidOf(current)) {
    return UpdateConflict(resource, target.name,
                          "StorageError: invalid object, Code: 4, Key: /registry/" +
                              std::string(resource.plural) + "/" + target.namespace_ + "/" +
                              target.name +
                              ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID "
                              "in precondition: " +
                              uid + ", UID in object meta: " + UidOf(current));
  }
  const std::string version = RevisionOf(next);
  if (version.empty()) {
    if (resource.unconditional_update) return std::nullopt;
    ApiResource plural_named = resource;  // upstream names the resource, not the kind, here
    plural_named.kind = resource.plural;
    return Invalid(
        plural_named, target.name,
        {InvalidValue("metadata.resourceVersion", 0, "must be specified for an update")});
  }
  if (version == RevisionOf(current)) return std::nullopt;
  return UpdateConflict(resource, target.name, std::string(kModified));
}

Object Registry::Commit(const Caller& caller, const StoreKey& key, std::optional<Json> object) {
  store_.Compact(clock_.Now());
  return store_.Commit(key, std::move(object), clock_.Now(), caller.actor, caller.request,
                       caller.shown);
}

std::string Registry::NewUid() {
  const uint32_t a = random_.Next();
  const uint32_t b = random_.Next();
  const uint32_t c = random_.Next();
  const uint32_t d = random_.Next();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%04x%08x", a, b >> 16U, b & 0xFFFU,
                0x8000U | ((c >> 16U) & 0x3FFFU), c & 0xFFFFU, d);
  return text.data();
}

// Upstream's alphabet has no vowels, and no digits that look like letters.
std::string Registry::NewName(const std::string& prefix) {
  static constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string name = prefix;
  for (int i = 0; i < 5; ++i) {
    name += kAlphabet[Below(random_, static_cast<uint32_t>(kAlphabet.size()))];
  }
  return name;
}

}  // namespace windlass::sim
