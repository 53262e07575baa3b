#include "kubeclient/api/json_reader.h"

#include <simdjson.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "kubeclient/base/answer_size.h"

namespace windlass {
namespace {

namespace ondemand = simdjson::ondemand;

// A buffer of at most this size is kept for the next document. Most objects fit into it; a page of
// a list does not.
constexpr size_t kReaderBytesKept = size_t{256} << 10U;

// One step of the path from the document's root to the current value: the key of a member, or the
// index of an element.
struct PathPart {
  std::string_view key;
  int64_t index = -1;  // -1: a member
};

constexpr size_t kPathKeyBytesMax = 64;
// An error message shows about this many bytes of a path. The rest, such as a hundred indexes of
// nested arrays, would not help a reader.
constexpr size_t kPathBytesMax = 200;

std::string PathText(const std::vector<PathPart>& path) {
  std::string text;
  for (const PathPart& part : path) {
    if (text.size() > kPathBytesMax) return text + "…";
    if (part.index >= 0) {
      text += "[" + std::to_string(part.index) + "]";
      continue;
    }
    if (!text.empty()) text += '.';
    text += part.key.substr(0, kPathKeyBytesMax);
  }
  return text.empty() ? "document" : text;
}

std::string_view TrimEnd(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// RFC 8259: -? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?
bool IsNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - begin;
  };
  const auto skip = [&](std::string_view any_of) {
    if (i >= text.size() || any_of.find(text[i]) == std::string_view::npos) return false;
    ++i;
    return true;
  };
  skip("-");
  const size_t first = i;
  const size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return false;
  if (skip(".") && digits() == 0) return false;
  if (skip("eE")) {
    skip("+-");
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace

struct JsonReader::State {
  std::string text;  // the document, followed by padding
  size_t size = 0;   // of the document alone
  std::unique_ptr<ondemand::parser> parser;
  ondemand::document document;
  ondemand::value current;
  bool at_root = true;
  std::vector<PathPart> path;
  std::optional<Error> error;
};

JsonReader::JsonReader() : state_(std::make_unique<State>()) {}
JsonReader::~JsonReader() = default;

void JsonReader::Begin(std::string_view text) {
  State& s = *state_;
  // When a small document follows a large one, such as a page of a list, this frees the memory that
  // the large document needed.
  const bool overgrown = s.text.size() > kReaderBytesKept && text.size() <= kReaderBytesKept;
  if (s.parser == nullptr || overgrown) {
    s.document = {};
    s.parser = std::make_unique<ondemand::parser>(kBodyBytesMax);
    s.text = std::string();
  }
  s.size = text.size();
  if (s.text.size() < s.size + simdjson::SIMDJSON_PADDING) {
    s.text.resize(s.size + simdjson::SIMDJSON_PADDING);
  }
  text.copy(s.text.data(), s.size);
  s.at_root = true;
  s.path.clear();
  s.error.reset();
  const simdjson::padded_string_view input(s.text.data(), s.size, s.text.size());
  if (const auto error = s.parser->iterate(input).get(s.document)) Fail(error_message(error));
}

size_t JsonReader::size() const { return state_->size; }

Status JsonReader::End() {
  State& s = *state_;
  if (!s.error && s.document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    s.path.clear();
    Fail("text follows the end of the JSON value");
  }
  if (s.error) return *s.error;
  return Unit{};
}

bool JsonReader::ok() const { return !state_->error; }

void JsonReader::Fail(std::string_view what) {
  State& s = *state_;
  if (s.error) return;
  s.error = Error{ErrorKind::kMalformed, PathText(s.path) + ": " + std::string(what)};
}

JsonReader::Type JsonReader::type() {
  State& s = *state_;
  if (s.error || s.at_root) return s.error ? Type::kNull : Type::kObject;
  ondemand::json_type type{};
  if (const auto error = s.current.type().get(type)) {
    Fail(error_message(error));
    return Type::kNull;
  }
  switch (type) {
    case ondemand::json_type::array: return Type::kArray;
    case ondemand::json_type::object: return Type::kObject;
    case ondemand::json_type::number: return Type::kNumber;
    case ondemand::json_type::string: return Type::kString;
    case ondemand::json_type::boolean: return Type::kBool;
    case ondemand::json_type::null: return Type::kNull;
  }
  return Type::kNull;
}

std::string_view JsonReader::String() {
  std::string_view text;
  if (ok() && state_->current.get_string().get(text)) Fail("must be a string");
  return text;
}

int64_t JsonReader::Int64() {
  int64_t number = 0;
  if (ok() && state_->current.get_int64().get(number)) Fail("must be a 64-bit integer");
  return number;
}

int32_t JsonReader::Int32() {
  int64_t number = 0;
  const bool failed = ok() && state_->current.get_int64().get(number);
  if (failed || number < std::numeric_limits<int32_t>::min() ||
      number > std::numeric_limits<int32_t>::max()) {
    Fail("must be a 32-bit integer");
    return 0;
  }
  return static_cast<int32_t>(number);
}

bool JsonReader::Bool() {
  bool truth = false;
  if (ok() && state_->current.get_bool().get(truth)) Fail("must be true or false");
  return truth;
}

std::string_view JsonReader::Number() {
  if (type() != Type::kNumber) Fail("must be a number");
  if (!ok()) return {};
  const std::string_view text = TrimEnd(state_->current.raw_json_token());
  if (IsNumber(text)) return text;
  Fail("must be a number");
  return {};
}

void JsonReader::Null() {
  bool null = false;
  if (ok() && (state_->current.is_null().get(null) || !null)) Fail("must be null");
}

std::string_view JsonReader::RawObject() {
  if (!ok()) return {};
  ondemand::object object;
  std::string_view raw;
  if (state_->current.get_object().get(object) || object.raw_json().get(raw)) {
    Fail("must be an object");
    return {};
  }
  raw = TrimEnd(raw);
  if (raw.size() < 2 || raw.back() != '}') {
    Fail("must be an object");
    return {};
  }
  return raw;
}

size_t JsonReader::OffsetOf(std::string_view raw) const {
  const size_t offset = static_cast<size_t>(raw.data() - state_->text.data());
  WL_ASSERT(offset + raw.size() <= state_->size);
  return offset;
}

void JsonReader::VisitMembers(void* visitor, bool nulls, void (*visit)(void*, std::string_view)) {
  State& s = *state_;
  if (s.error) return;
  if (s.path.size() >= size_t{kJsonDepthMax}) {
    return Fail("is nested deeper than " + std::to_string(kJsonDepthMax) + " levels");
  }
  ondemand::object object;
  if (const auto error =
          s.at_root ? s.document.get_object().get(object) : s.current.get_object().get(object)) {
    return Fail(error == simdjson::INCORRECT_TYPE ? "must be an object" : error_message(error));
  }
  s.at_root = false;
  for (simdjson::simdjson_result<ondemand::field> item : object) {
    ondemand::field field;
    std::string_view key;
    simdjson::error_code error = std::move(item).get(field);
    if (!error) error = field.unescaped_key().get(key);
    if (error) return Fail(error_message(error));
    s.path.push_back({key, -1});
    s.current = field.value();
    bool null = false;
    if (s.current.is_null().get(null)) return Fail("is not JSON");
    if (nulls || !null) visit(visitor, key);
    if (s.error) return;
    s.path.pop_back();
  }
}

void JsonReader::VisitElements(void* visitor, void (*visit)(void*)) {
  State& s = *state_;
  if (s.error) return;
  if (s.path.size() >= size_t{kJsonDepthMax}) {
    return Fail("is nested deeper than " + std::to_string(kJsonDepthMax) + " levels");
  }
  ondemand::array array;
  if (s.at_root || s.current.get_array().get(array)) return Fail("must be an array");
  int64_t index = 0;
  for (simdjson::simdjson_result<ondemand::value> item : array) {
    ondemand::value value;
    if (const auto error = item.get(value)) return Fail(error_message(error));
    s.path.push_back({{}, index++});
    s.current = value;
    visit(visitor);
    if (s.error) return;
    s.path.pop_back();
  }
}

}  // namespace windlass
