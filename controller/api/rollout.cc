#include "controller/api/rollout.h"

#include <algorithm>
#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

// --- the spec ---

void ReadPause(JsonReader& in, RolloutStep& out) {
  out.pause = true;
  out.duration.reset();
  in.Object([&](std::string_view key) {
    if (key == "duration") out.duration = in.String();
  });
}

void ReadSteps(JsonReader& in, std::vector<RolloutStep>& out) {
  out.clear();
  in.Array([&] {
    RolloutStep step;
    in.Object([&](std::string_view key) {
      if (key == "setUpdated")
        ReadIntOrPercent(in, step.set_updated);
      else if (key == "pause")
        ReadPause(in, step);
    });
    out.push_back(std::move(step));
  });
}

std::string ScalarText(JsonReader& in) {
  switch (in.type()) {
    case JsonReader::Type::kString: return std::string(in.String());
    case JsonReader::Type::kNumber: return std::to_string(in.Int64());
    case JsonReader::Type::kBool: return in.Bool() ? "true" : "false";
    default: in.Fail("want a string, an integer or a boolean"); return {};
  }
}

// Returns "<key>=<serving>/<drained>".
std::string DrainLabelText(JsonReader& in) {
  std::string label;
  std::string serving;
  std::string drained;
  in.Object([&](std::string_view key) {
    if (key == "key")
      label = in.String();
    else if (key == "serving")
      serving = in.String();
    else if (key == "drained")
      drained = in.String();
  });
  return label + "=" + serving + "/" + drained;
}

void ReadInPlace(JsonReader& in, std::map<std::string, std::string, std::less<>>& out) {
  out.clear();
  std::optional<std::string> label;
  in.Object([&](std::string_view key) {
    if (key == "drainLabel") {
      label = DrainLabelText(in);
      return;
    }
    std::string name(key);
    out.insert_or_assign(std::move(name), ScalarText(in));
  });
  const auto drain = out.find("drain");
  if (label && drain != out.end() && drain->second == "Label") drain->second += ":" + *label;
}

void ReadServices(JsonReader& in, RolloutServices& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "stable")
      out.stable = in.String();
    else if (key == "canary")
      out.canary = in.String();
  });
}

void ReadStrategy(JsonReader& in, SymbolTable& symbols, RolloutStrategy& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "type") {
      out.type = symbols.Intern(in.String());
    } else if (key == "rollingUpdate") {
      ReadRollingUpdate(in, out);
    } else if (key == "partition") {
      ReadIntOrPercent(in, out.partition);
    } else if (key == "steps") {
      ReadSteps(in, out.steps);
    } else if (key == "services") {
      ReadServices(in, out.services);
    } else if (key == "inPlace") {
      ReadInPlace(in, out.in_place);
    }
  });
}

void ReadRollbackTo(JsonReader& in, std::optional<int64_t>& out) {
  out = 0;
  in.Object([&](std::string_view key) {
    if (key == "revision") out = in.Int64();
  });
}

// Sets `raw_template` to a view of the template in the reader's text (ReadPodsField of
// decode_fields.h).
void ReadRolloutSpec(JsonReader& in, SymbolTable& symbols, RolloutSpec& out,
                     std::string_view& raw_template) {
  out = {};
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) {
    if (ReadWorkloadField(in, symbols, key, out, raw_template)) return;
    if (key == "strategy")
      ReadStrategy(in, symbols, out.strategy);
    else if (key == "abort")
      out.abort = in.Bool();
    else if (key == "rollbackTo")
      ReadRollbackTo(in, out.rollback_to);
  });
}

// --- the status ---

void ReadStep(JsonReader& in, std::optional<RolloutStepStatus>& out) {
  out.emplace();
  in.Object([&](std::string_view key) {
    if (key == "index")
      out->index = in.Int32();
    else if (key == "total")
      out->total = in.Int32();
    else if (key == "startedAt")
      ReadTime(in, out->started_at);
    else if (key == "replicas")
      out->replicas = in.Int32();
    else if (key == "availableSince")
      ReadTime(in, out->available_since);
    else if (key == "available")
      out->available = in.Int32();
    else if (key == "availableOf")
      out->available_of = in.Int32();
    else if (key == "shortenedFrom")
      out->shortened_from = in.Int32();
    else if (key == "revision")
      out->revision = in.Int64();
    else if (key == "template")
      out->template_id = in.String();
  });
}

void ReadRolledBack(JsonReader& in, std::optional<RolledBack>& out) {
  out.emplace();
  in.Object([&](std::string_view key) {
    if (key == "revision")
      out->revision = in.Int64();
    else if (key == "became")
      out->became = in.Int64();
    else if (key == "generation")
      out->generation = in.Int64();
    else if (key == "toPrevious")
      out->to_previous = in.Bool();
  });
}

// Reads one text of the status. Returns false if `key` does not name one.
bool ReadText(JsonReader& in, SymbolTable& symbols, std::string_view key, RolloutStatus& out) {
  if (key == "selector")
    out.selector = in.String();
  else if (key == "stableTemplate")
    out.stable_template = in.String();
  else if (key == "currentReplicaSet")
    out.current_replica_set.name = symbols.Intern(in.String());
  else if (key == "currentTemplateHash")
    out.current_replica_set.template_hash = symbols.Intern(in.String());
  else if (key == "stableReplicaSet")
    out.stable_replica_set.name = symbols.Intern(in.String());
  else if (key == "stableTemplateHash")
    out.stable_replica_set.template_hash = symbols.Intern(in.String());
  else if (key == "images")
    out.images = symbols.Intern(in.String());
  else if (key == "stableImages")
    out.stable_images = symbols.Intern(in.String());
  else if (key == "stepText")
    out.step_text = symbols.Intern(in.String());
  else if (key == "phase")
    out.phase = in.String();
  else if (key == "message")
    out.message = in.String();
  else
    return false;
  return true;
}

void ReadRolloutStatus(JsonReader& in, SymbolTable& symbols, RolloutStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (ReadReplicaCounter(in, key, out) || ReadText(in, symbols, key, out)) return;
    if (key == "observedGeneration")
      out.observed_generation = std::max<int64_t>(in.Int64(), 0);
    else if (key == "currentRevision")
      out.current_revision = std::to_string(in.Int64());
    else if (key == "stableRevision")
      out.stable_revision = in.Int64();
    else if (key == "step")
      ReadStep(in, out.step);
    else if (key == "rolledBack")
      ReadRolledBack(in, out.rolled_back);
    else if (key == "conditions")
      ReadConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<Rollout> DecodeRollout(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  Rollout out;
  std::string_view raw_template = kEmptyTemplate;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), Annotations::kKeep, out.meta);
  };
  const auto spec = [&] { ReadRolloutSpec(in, decoder.symbols(), out.spec, raw_template); };
  const auto status = [&] { ReadRolloutStatus(in, decoder.symbols(), out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  WINDLASS_TRY(const TemplateFingerprints fingerprints,
               decoder.FingerprintTemplate(out.meta, raw_template));
  out.spec.template_fingerprint = fingerprints.canonical;
  out.spec.template_text = fingerprints.text;
  out.spec.template_json = std::make_shared<const std::string>(raw_template);
  return out;
}

size_t BytesOf(const Rollout& object) {
  const RolloutSpec& spec = object.spec;
  const size_t text = spec.template_json != nullptr ? spec.template_json->size() : 0;
  return sizeof(object) + BytesOf(object.meta) + BytesOf(spec.selector) + text +
         object.status.selector.capacity() + object.status.message.capacity() +
         BytesOf(object.status.conditions);
}

size_t TextBytesOf(const Rollout& object) {
  return TextBytesOf(object.meta) + TextBytesOf(object.spec.selector);
}

void Cut(Rollout& object) {
  Cut(object.meta);
  Cut(object.spec.selector);
  object.spec.template_json.reset();
  std::string& query = object.status.selector;
  if (query.size() > kLabelBytesOfCut) std::string().swap(query);  // = {} would keep the memory
}

}  // namespace windlass
