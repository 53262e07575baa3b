#include "controller/api/replication_controller_update.h"

#include <algorithm>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

// --- the spec ---

void ReadContentMetadata(JsonReader& in, SymbolTable& symbols, NewControllerContent& out) {
  out.labels = {};
  out.annotations = {};
  in.Object([&](std::string_view key) {
    if (key == "labels")
      ReadStringMap(in, symbols, out.labels);
    else if (key == "annotations")
      ReadStringMap(in, symbols, out.annotations);
  });
}

void ReadContent(JsonReader& in, SymbolTable& symbols, std::optional<NewControllerContent>& out,
                 std::string_view& raw_template) {
  out.emplace();
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadContentMetadata(in, symbols, *out);
    else if (key == "spec")
      ReadReplicationControllerSpec(in, symbols, *out, raw_template);
  });
}

// Reads one text of the spec. Returns false if `key` does not name one.
bool ReadSpecText(JsonReader& in, std::string_view key, ReplicationControllerUpdateSpec& out) {
  std::string* const text = key == "newName"              ? &out.new_name
                            : key == "image"              ? &out.image
                            : key == "container"          ? &out.container
                            : key == "imagePullPolicy"    ? &out.image_pull_policy
                            : key == "deploymentLabelKey" ? &out.deployment_label_key
                            : key == "updatePeriod"       ? &out.update_period
                            : key == "timeout"            ? &out.timeout
                            : key == "cleanup"            ? &out.cleanup
                            : key == "onExternalScale"    ? &out.on_external_scale
                                                          : nullptr;
  if (text == nullptr) return false;
  *text = in.String();
  return true;
}

// Sets `raw_template` to a view of the template in the reader's text. The caller copies the
// template once the whole object is read without an error.
void ReadSpec(JsonReader& in, SymbolTable& symbols, ReplicationControllerUpdateSpec& out,
              std::string_view& raw_template) {
  out = {};
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) {
    if (ReadSpecText(in, key, out)) return;
    if (key == "controller")
      ReadContent(in, symbols, out.controller, raw_template);
    else if (key == "maxSurge")
      ReadIntOrPercent(in, out.max_surge);
    else if (key == "maxUnavailable")
      ReadIntOrPercent(in, out.max_unavailable);
    else if (key == "minReadySeconds")
      out.min_ready_seconds = in.Int32();
    else if (key == "rollback")
      out.rollback = in.Bool();
    else if (key == "paused")
      out.paused = in.Bool();
  });
}

// --- the status ---

void ReadLines(JsonReader& in, std::vector<std::string>& out) {
  out.clear();
  in.Array([&] { out.emplace_back(in.String()); });
}

// Reads one number of Pods. Returns false if `key` does not name one.
bool ReadCount(JsonReader& in, std::string_view key, ReplicationControllerUpdateStatus& out) {
  std::optional<int32_t>* const count = key == "desiredReplicas"     ? &out.desired_replicas
                                        : key == "oldReplicas"       ? &out.old_replicas
                                        : key == "newReplicas"       ? &out.new_replicas
                                        : key == "availableReplicas" ? &out.available_replicas
                                                                     : nullptr;
  if (count == nullptr) return false;
  *count = in.Int32();
  return true;
}

void ReadScaling(JsonReader& in, std::optional<PendingScaling>& out) {
  out.emplace();
  in.Object([&](std::string_view key) {
    if (key == "name")
      out->name = in.String();
    else if (key == "from")
      out->from = in.Int32();
  });
}

void ReadStatus(JsonReader& in, SymbolTable& symbols, ReplicationControllerUpdateStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (ReadCount(in, key, out)) return;
    if (key == "observedGeneration")
      out.observed_generation = std::max<int64_t>(in.Int64(), 0);
    else if (key == "earlierRollouts")
      out.earlier_rollouts = std::clamp<int64_t>(in.Int64(), 0, kEarlierRolloutsMax);
    else if (key == "phase")
      out.phase = in.String();
    else if (key == "message")
      out.message = in.String();
    else if (key == "step")
      out.step = in.String();
    else if (key == "rollback")
      out.rollback = in.Bool();
    else if (key == "newName")
      out.new_name = in.String();
    else if (key == "target")
      out.target = in.String();
    else if (key == "scaling")
      ReadScaling(in, out.scaling);
    else if (key == "lastScaleTime")
      ReadTime(in, out.last_scale_time);
    else if (key == "deadline")
      ReadTime(in, out.deadline);
    else if (key == "lines")
      ReadLines(in, out.lines);
    else if (key == "lineCount")
      out.line_count = in.Int64();
    else if (key == "journal")
      out.journal = in.String();
    else if (key == "conditions")
      ReadConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<ReplicationControllerUpdate> DecodeReplicationControllerUpdate(
    Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  ReplicationControllerUpdate out;
  std::string_view raw_template = kEmptyTemplate;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), Annotations::kKeep, out.meta);
  };
  const auto spec = [&] { ReadSpec(in, decoder.symbols(), out.spec, raw_template); };
  const auto status = [&] { ReadStatus(in, decoder.symbols(), out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  if (!out.spec.controller) return out;
  WINDLASS_TRY([[maybe_unused]] const TemplateFingerprints valid,
               decoder.FingerprintTemplate(out.meta, raw_template));
  out.spec.controller->template_json = std::make_shared<const std::string>(raw_template);
  return out;
}

size_t BytesOf(const ReplicationControllerUpdate& object) {
  const ReplicationControllerUpdateStatus& status = object.status;
  size_t bytes = sizeof(object) + BytesOf(object.meta) + object.spec.image.capacity() +
                 status.message.capacity() + status.journal.capacity() +
                 BytesOf(status.conditions) + status.lines.capacity() * sizeof(std::string);
  for (const std::string& line : status.lines) bytes += line.capacity();
  if (!object.spec.controller) return bytes;
  const NewControllerContent& content = *object.spec.controller;
  const size_t text = content.template_json != nullptr ? content.template_json->size() : 0;
  return bytes + content.labels.bytes() + content.annotations.bytes() + content.selector.bytes() +
         text;
}

size_t TextBytesOf(const ReplicationControllerUpdate& object) {
  const size_t bytes = TextBytesOf(object.meta);
  if (!object.spec.controller) return bytes;
  const NewControllerContent& content = *object.spec.controller;
  return bytes + content.labels.text_bytes() + content.annotations.text_bytes() +
         content.selector.text_bytes();
}

void Cut(ReplicationControllerUpdate& object) {
  Cut(object.meta);
  object.spec.controller.reset();
  // Assigning {} or calling clear would keep the memory.
  decltype(object.status.lines)().swap(object.status.lines);
  std::string().swap(object.spec.image);
  std::string().swap(object.status.journal);
}

}  // namespace windlass
