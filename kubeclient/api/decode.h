// Decodes JSON into typed views, in one pass (simdjson On-Demand). No other code reads objects.
//
//   - A field that no view has is skipped unread (managedFields is 38 % of a Pod).
//   - Unknown fields and enum values are accepted. A known field of the wrong type is an Error
//     kMalformed that names the field's path.
//   - null means absent. If a key is repeated, the last one counts.
//   - A value that is read must not be nested deeper than kJsonDepthMax. A value that is not read
//     may be, and is skipped without recursion.
//   - Input needs no padding, and no exception leaves these functions.
// Core thread only (SymbolTable).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/deployment.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/result.h"

namespace windlass {

// metav1.Status, the body of an error response.
struct ApiStatus {
  int code = 0;
  std::string reason;
  std::string message;
  std::vector<std::string> causes;             // details.causes[].reason
  std::optional<int64_t> retry_after_seconds;  // details.retryAfterSeconds
};

enum class WatchEventType : uint8_t { kAdded, kModified, kDeleted, kBookmark, kError, kUnknown };

// One line of a watch; its object is still text.
struct WatchFrame {
  WatchEventType type = WatchEventType::kUnknown;
  std::string unknown_type;      // as written, if `type` is kUnknown
  std::string_view object_json;  // points into the line
};
// What an object says it is. Items of typed lists do not say it.
struct TypeMeta {
  std::string api_version;  // "apps/v1"
  std::string kind;         // "ReplicaSet"
};
// The content of a bookmark.
struct Bookmark {
  ResourceVersion resource_version;
  bool initial_events_end = false;  // annotation k8s.io/initial-events-end = "true"
};
// One page of a list; its items are still text.
struct ListPage {
  std::string api_version;  // "apps/v1", "meta.k8s.io/v1", …
  std::string kind;         // "DeploymentList", "PartialObjectMetadataList", …
  ResourceVersion resource_version;
  std::string continue_token;
  std::vector<std::string_view> items;  // raw JSON of each item; points into the body
};

// Metadata that identifies an object even if the rest cannot be decoded (quarantine, R-031).
struct ObjectIdentity {
  ObjectKey key;
  Uid uid;
  ResourceVersion resource_version;
};

// An object whose latest version cannot be decoded, and its owner.
struct UnreadableObject {
  ObjectIdentity identity;
  std::optional<OwnerReference> controller;
  bool owners_readable = true;  // false: `controller` is not known
};

// A Decoder keeps a parser and its buffers between calls: one instance per core thread.
class Decoder {
 public:
  // Returns the fingerprint of the object's template if an object with this uid is known and `text`
  // is the fingerprint of its template's bytes; nullopt otherwise.
  using KnownTemplate =
      std::function<std::optional<Fingerprint>(const ObjectMeta&, const Fingerprint& text)>;

  explicit Decoder(SymbolTable& symbols);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Result<WatchFrame> DecodeFrame(std::string_view line);
  Result<Bookmark> DecodeBookmark(std::string_view object_json);
  // Error kMalformed, never an empty list, if the body is no list (Table, Status, HTML, empty;
  //
  Result<ListPage> DecodeList(std::string_view body);
  // Error kMalformed if `body` is not a metav1.Status.
  Result<ApiStatus> DecodeStatus(std::string_view body);
  // A member that the object lacks is an empty string.
  Result<TypeMeta> DecodeTypeMeta(std::string_view object_json);
  Result<ObjectIdentity> DecodeIdentity(std::string_view object_json);
  // Returns the owner reference with controller: true; nullopt if there is none.
  Result<std::optional<OwnerReference>> DecodeController(std::string_view object_json);

  // Error kMalformed if an object has no metadata.name. An absent spec.replicas is 1, an absent
  // template is {}.
  Result<Deployment> DecodeDeployment(std::string_view object_json);
  Result<ReplicaSet> DecodeReplicaSet(std::string_view object_json);
  // Decodes a PartialObjectMetadata or a whole Pod.
  Result<PodMetadata> DecodePodMetadata(std::string_view object_json);
  // Decodes a whole Pod.
  Result<Pod> DecodePod(std::string_view object_json);
  Result<Node> DecodeNode(std::string_view object_json);
  Result<PodDisruptionBudget> DecodePodDisruptionBudget(std::string_view object_json);

  // Returns the text of spec.template of a Deployment or ReplicaSet, for uncached reads. The text
  // inside its braces is not validated.
  Result<std::string> ExtractTemplate(std::string_view object_json);

  // Asked before a template is canonicalized: most events change only the status, and the
  // fingerprint of their template is known. If it is not set, every template is canonicalized.
  KnownTemplate known_template;

 private:
  struct TemplateFingerprints {
    Fingerprint text;       // of its bytes
    Fingerprint canonical;  // of its canonical form
  };
  Result<TemplateFingerprints> FingerprintTemplate(const ObjectMeta& meta, std::string_view raw);

  struct Parser;
  std::unique_ptr<Parser> parser_;
  SymbolTable& symbols_;
};

}  // namespace windlass
