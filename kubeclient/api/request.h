// Requests to the API server, as data. Controllers make a Request, which describes one call
// completely; the client executes it.
//
// Some requests cannot be made without their preconditions (docs/design/003):
//   - GuardedJsonPatch: uid, and `test` operations for what the decision was based on
//   - other patches, delete: uid and resourceVersion of the object that the decision was based on
//   - eviction: uid
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// kDryRunCreate asks what a creation would make, or why the API server would refuse it. It creates
// nothing. kCreateSubresource is a POST to a subresource of an object that exists, such as an
// eviction.
enum class Verb : uint8_t {
  kGet,
  kList,
  kDryRunCreate,
  kCreate,
  kCreateSubresource,
  kPatch,
  kUpdate,
  kDelete
};
// Returns the verb as audit logs and RBAC write it: "get", …; "create" also for a dry run and for a
// POST to a subresource.
std::string_view Name(Verb verb);
// Returns true if a request with this verb may change something.
constexpr bool Mutates(Verb verb) {
  return verb != Verb::kGet && verb != Verb::kList && verb != Verb::kDryRunCreate;
}

enum class PatchType : uint8_t { kNone, kMerge, kJson, kStrategicMerge };

// What the garbage collector does with the objects that the deleted object owns:
// kBackground deletes them, too; kOrphan removes the owner reference and leaves them.
// Each Delete names one, because the API server's default differs by resource (RC-13).
enum class DeletionPropagation : uint8_t { kBackground, kOrphan };

// Which objects a list has, and how much of each. Selectors are in query form; an empty one selects
// everything.
struct ListOptions {
  std::string label_selector{};
  std::string field_selector{};
  bool metadata_only = false;  // each item of the answer has only metadata
  int limit = 0;               // the answer has at most the first `limit` objects by name; 0: all
};

// Names an object and the exact version of it that a decision was based on.
struct ObjectVersion {
  ObjectKey key;
  Uid uid;
  ResourceVersion resource_version;
  bool operator==(const ObjectVersion&) const = default;
};
inline ObjectVersion VersionOf(const ObjectMeta& meta) {
  return {KeyOf(meta), meta.uid, meta.resource_version};
}

// Two requests with the same key ask for the same thing.
struct RequestKey {
  Verb verb = Verb::kGet;
  ResourceId resource{};
  ObjectKey key;            // for a list: the namespace alone
  std::string subresource;  // "", "status", "resize" or "eviction"
  PatchType patch_type = PatchType::kNone;
  // The whole key, for logs: "patch replicasets ns/web-7c9 merge <hash of the body>".
  std::string text;
  bool operator==(const RequestKey& other) const { return text == other.text; }
};

class Request {
 public:
  // GET of one object, consistent (no resourceVersion parameter).
  static Request Get(const ResourceId& resource, ObjectKey key);
  // LIST of a namespace, consistent.
  static Request List(const ResourceId& resource, Symbol namespace_, ListOptions options = {});
  // POST. Windlass names its objects itself (no generateName): `body` must have the name in `key`.
  static Request Create(const ResourceId& resource, ObjectKey key, std::string body);
  // POST that only asks (dryRun=All): the server defaults, validates and admits the object, and
  // stores nothing.
  //   - The request counts as a read.
  //   - The object in the reply has a uid that no stored object has.
  //   - Unknown fields are refused (fieldValidation=Strict). With Create, the server drops them.
  static Request DryRunCreate(const ResourceId& resource, ObjectKey key, std::string body);
  // PATCH of leaf fields. `fields` is a JSON object. The uid and resourceVersion of `version` are
  // added to the metadata in `fields`, which must not have them yet. `subresource` is "" or
  // "status".
  static Request MergePatch(const ResourceId& resource, ObjectVersion version,
                            std::string_view subresource, std::string_view fields);
  // PATCH of single elements of a list, which are found by their keys. Used for owner references,
  // to adopt or release an object (D-104, D-105), and for conditions. `fields` and `subresource`
  // are as for MergePatch.
  static Request StrategicMergePatch(const ResourceId& resource, ObjectVersion version,
                                     std::string_view fields, std::string_view subresource = "");
  // PATCH that replaces whole maps or templates. `operations` is a JSON array of operations.
  // Two operations are put in front: a `test` of /metadata/uid and a `replace` of
  // /metadata/resourceVersion. So the API server refuses the patch if the object has another
  // version.
  static Request JsonPatch(const ResourceId& resource, ObjectVersion version,
                           std::string_view operations);
  // PATCH that tests some fields, and succeeds even if others have changed, such as a Pod's status.
  // The tests in `operations` check what the decision was based on (P-035). The first operation
  // must be a `test`. A `test` of /metadata/uid is put before it. `subresource` is "" or, for a
  // Pod's CPU and memory, "resize".
  static Request GuardedJsonPatch(const ResourceId& resource, ObjectKey key, const Uid& uid,
                                  std::string_view operations, std::string_view subresource = "");
  // DELETE with uid and resourceVersion preconditions.
  static Request Delete(const ResourceId& resource, ObjectVersion version,
                        DeletionPropagation propagation = DeletionPropagation::kBackground);
  // POST of an Eviction with a uid precondition: asks the API server to delete the Pod if its
  // PodDisruptionBudget allows that. If the API server agrees, it answers with a Status, not with
  // the Pod (C-019).
  static Request Evict(ObjectKey pod, const Uid& uid);

  Verb verb() const { return verb_; }
  const ResourceId& resource() const { return resource_; }
  const ObjectKey& key() const { return key_; }
  // Zero for reads, creates and dry runs.
  const Uid& uid() const { return uid_; }
  const std::string& subresource() const { return subresource_; }
  PatchType patch_type() const { return patch_type_; }
  const std::string& body() const { return body_; }
  // Returns the options of a list; default options if the verb is not kList.
  const ListOptions& list_options() const { return list_options_; }
  bool mutates() const { return Mutates(verb_); }

  // Returns the same request without its body, which may have megabytes.
  Request WithoutBody() const;
  RequestKey Identity() const;
  // Returns true if `other` is the same call on the same object. Ignores bodies, uids and list
  // options.
  bool IsLike(const RequestKey& other) const;
  // "patch deployments/status ns/web", for logs and error texts.
  std::string Describe() const;

 private:
  Request() = default;
  static Request Patch(const ResourceId& resource, ObjectVersion version, PatchType type,
                       std::string body);

  Verb verb_ = Verb::kGet;
  ResourceId resource_{};
  ObjectKey key_;
  Uid uid_;
  std::string subresource_;
  PatchType patch_type_ = PatchType::kNone;
  std::string body_;
  ListOptions list_options_;
};

// A successful answer: the raw JSON of the object or the list. The answer to a delete may be a
// Status instead. The answer to an eviction always is a Status.
struct Reply {
  std::string body;
  bool operator==(const Reply&) const = default;
};

// The object an Event is about.
struct ObjectReference {
  std::string api_version;
  std::string kind;
  ObjectKey key;
  Uid uid;
  ResourceVersion resource_version;
  bool operator==(const ObjectReference&) const = default;
};
ObjectReference ReferenceTo(const ResourceId& resource, const ObjectMeta& meta);
// "pods ns/web-1", for log lines and messages.
std::string ObjectText(const ResourceId& resource, const ObjectKey& key);

// A Kubernetes Event about one object, before aggregation and naming (D-536).
struct Event {
  enum class Type : uint8_t { kNormal, kWarning };
  Type type = Type::kNormal;
  std::string reason;
  std::string message;
  std::optional<ObjectReference> about{};  // nullopt: the workload of this sync
  // The recorder drops this Event if less than this time has passed since it recorded another one
  // of the same component, type and reason about the same object. Set for an Event that every sync
  // would otherwise send again.
  Duration at_most_every{};
  // The component that reports the Event, for example "deployment-controller". Controllers leave
  // this and `annotations` empty: the runtime sets both.
  std::string component{};
  // If the Event is repeated, the annotations of the repeat are added to those of the stored Event.
  // The repeat's value replaces a stored value of the same key. No annotation is removed.
  std::map<std::string, std::string> annotations{};
  bool operator==(const Event&) const = default;
};

}  // namespace windlass
