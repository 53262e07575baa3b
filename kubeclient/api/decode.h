// From JSON to typed views, in one pass (simdjson On-Demand). The only place that reads objects.
//
// Fields nobody asks for are skipped without being looked at (managedFields is 38 % of a Pod).
// Unknown fields and enum values are fine; a known field of the wrong type is an Error kMalformed
// that names the field's path. null means absent; of a repeated key the last one counts. Depth
// above kJsonDepthMax is an error in what is read, and skipped without recursion in what is not. No
// input needs padding; no exception leaves these functions. Core thread only (SymbolTable).
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

// metav1.Status, as errors carry it.
struct ApiStatus {
  int code = 0;
  std::string reason;
  std::string message;
  std::vector<std::string> causes;             // details.causes[].reason
  std::optional<int64_t> retry_after_seconds;  // details.retryAfterSeconds
};

enum class WatchEventType : uint8_t { kAdded, kModified, kDeleted, kBookmark, kError, kUnknown };

// One line of a watch, taken apart but with the object still as text.
struct WatchFrame {
  WatchEventType type = WatchEventType::kUnknown;
  std::string unknown_type;      // as written, where `type` is kUnknown
  std::string_view object_json;  // points into the line
};
// What an object says it is. Items of typed lists say nothing.
struct TypeMeta {
  std::string api_version;  // "apps/v1"
  std::string kind;         // "ReplicaSet"
};
// A bookmark's content.
struct Bookmark {
  ResourceVersion resource_version;
  bool initial_events_end = false;  // annotation k8s.io/initial-events-end = "true"
};
// One page of a list, items still as text.
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

// An object whose latest version cannot be decoded, and whom it belongs to.
struct UnreadableObject {
  ObjectIdentity identity;
  std::optional<OwnerReference> controller;
  bool owners_readable = true;  // false: `controller` says nothing
};

struct DecodeParser;

// Decoders keep a parser and its buffers between calls: one instance per core thread.
class Decoder {
 public:
  // The fingerprint of the template, when the object with this uid is known with a template of
  // exactly the text that has fingerprint `text`; else nullopt.
  using KnownTemplate =
      std::function<std::optional<Fingerprint>(const ObjectMeta&, const Fingerprint& text)>;

  explicit Decoder(SymbolTable& symbols);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Result<WatchFrame> DecodeFrame(std::string_view line);
  Result<Bookmark> DecodeBookmark(std::string_view object_json);
  // A body that is no list (Table, Status, HTML, empty) is an error, never an empty list.
  Result<ListPage> DecodeList(std::string_view body);
  // Error kMalformed when `body` is no metav1.Status.
  Result<ApiStatus> DecodeStatus(std::string_view body);
  // Empty strings for what the object does not say.
  Result<TypeMeta> DecodeTypeMeta(std::string_view object_json);
  Result<ObjectIdentity> DecodeIdentity(std::string_view object_json);
  // The owner reference with controller: true; nullopt when there is none.
  Result<std::optional<OwnerReference>> DecodeController(std::string_view object_json);

  // Every object must have a metadata.name. An absent spec.replicas is 1, an absent template is {}.
  Result<Deployment> DecodeDeployment(std::string_view object_json);
  Result<ReplicaSet> DecodeReplicaSet(std::string_view object_json);
  // From a PartialObjectMetadata or a whole Pod.
  Result<PodMetadata> DecodePodMetadata(std::string_view object_json);
  // From a whole Pod.
  Result<Pod> DecodePod(std::string_view object_json);
  Result<Node> DecodeNode(std::string_view object_json);
  Result<PodDisruptionBudget> DecodePodDisruptionBudget(std::string_view object_json);

  // spec.template of a Deployment or ReplicaSet, raw. For uncached reads. Its inside is not
  // validated.
  Result<std::string> ExtractTemplate(std::string_view object_json);

  // Most events change status alone: what is known of their templates is not computed again. Null =
  // nothing is known.
  KnownTemplate known_template;

 private:
  struct TemplateFingerprints {
    Fingerprint text;       // of the bytes
    Fingerprint canonical;  // of what they mean
  };
  Result<TemplateFingerprints> FingerprintTemplate(const ObjectMeta& meta, std::string_view raw);

  std::unique_ptr<DecodeParser> parser_;
  SymbolTable& symbols_;
};

}  // namespace windlass
