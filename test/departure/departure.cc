#include "test/departure/departure.h"

#include <algorithm>
#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass::departure {
namespace {

void ReadMeta(JsonReader& in, SymbolTable& symbols, Departure& out) {
  std::vector<Symbol> finalizers;
  ReadObjectMeta(in, symbols, out.meta, finalizers);
  out.finalizers = kind::Finalizers(std::move(finalizers));
}

void ReadSpec(JsonReader& in, DepartureSpec& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "pod")
      out.pod = in.String();
    else if (key == "tower")
      out.tower = in.String();
  });
}

void ReadPassenger(JsonReader& in, std::optional<Passenger>& out) {
  out.emplace();
  in.Object([&](std::string_view key) {
    if (key == "name")
      out->name = in.String();
    else if (key == "uid")
      ReadUid(in, out->uid);
  });
}

void ReadStatus(JsonReader& in, SymbolTable& symbols, DepartureStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "observedGeneration")
      out.observed_generation = std::max<int64_t>(in.Int64(), 0);
    else if (key == "phase")
      out.phase = in.String();
    else if (key == "message")
      out.message = in.String();
    else if (key == "pod")
      ReadPassenger(in, out.pod);
    else if (key == "conditions")
      ReadConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<Departure> DecodeDeparture(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  Departure out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadMeta(in, decoder.symbols(), out);
    else if (key == "spec")
      ReadSpec(in, out.spec);
    else if (key == "status")
      ReadStatus(in, decoder.symbols(), out.status);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  return out;
}

}  // namespace windlass::departure
