// One pass over one JSON document, in document order. The only door to simdjson, whose On-Demand
// API has traps that this class closes:
//
//   - input needs padding: Begin copies it into a buffer that has it;
//   - a value may be consumed once and only where it stands: there is one current value, and it is
//   the
//     member or element being visited;
//   - what is never visited is never validated: End says whether the document was whole;
//   - errors surface anywhere: the first one is kept with its path, everything after it does
//   nothing
//     and returns zero values, so that a decoder reads like the object it decodes.
//
// Values nested deeper than kJsonDepthMax are an error where they are read; what is skipped is
// skipped without recursion. Views that are handed out live until the next Begin.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "kubeclient/base/result.h"

namespace windlass {

class JsonReader {
 public:
  enum class Type : uint8_t { kObject, kArray, kString, kNumber, kBool, kNull };

  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // Starts a document, which must be an object. `text` may go away afterwards.
  void Begin(std::string_view text);
  // The first error, if any; kMalformed, naming the path.
  Status End();

  // Of the current value. What does not fit is an error and returns "", 0 or false.
  Type type();
  std::string_view String();
  int64_t Int64();
  int32_t Int32();
  bool Bool();
  std::string_view Number();     // as written
  std::string_view RawObject();  // text from '{' to '}', byte for byte; its inside is not validated
  void Null();

  // Where RawObject's text stood in the text given to Begin.
  size_t OffsetOf(std::string_view raw) const;

  // Calls on_member(key) for each member of the current object whose value is not null (null means
  // absent throughout the Kubernetes API). A value that on_member does not read is skipped.
  template <typename OnMember>
  void Object(OnMember&& on_member) {
    VisitMembers(&on_member, [](void* visitor, std::string_view key) {
      (*static_cast<std::remove_reference_t<OnMember>*>(visitor))(key);
    });
  }
  // Calls on_element() for each element of the current array, null ones included.
  template <typename OnElement>
  void Array(OnElement&& on_element) {
    VisitElements(&on_element, [](void* visitor) {
      (*static_cast<std::remove_reference_t<OnElement>*>(visitor))();
    });
  }

  bool ok() const;
  // Records "<path of the current value>: <what>" unless an error came before.
  void Fail(std::string_view what);

 private:
  void VisitMembers(void* visitor, void (*visit)(void*, std::string_view));
  void VisitElements(void* visitor, void (*visit)(void*));

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace windlass
