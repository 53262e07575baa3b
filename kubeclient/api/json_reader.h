// One pass over one JSON document, in document order. Only this class uses simdjson. simdjson's
// On-Demand API has four traps, and this class closes each of them:
//
//   - Input needs padding. Begin copies the text into a buffer that has padding.
//   - A value may be read once, and only when the pass has reached it. So this class offers only
//     one current value: the member or element that is being visited.
//   - A value that is never visited is never validated. But End returns an error if the document is
//     not complete.
//   - Every access may fail. The reader records the first error with its path. After an error, the
//     functions that read do nothing, and return a zero value. So a decoder needs no checks of its
//     own, and reads like the object that it decodes.
//
// A value that is nested deeper than kJsonDepthMax is an error if it is read. A value that is not
// read is skipped without recursion. Returned views live until the next Begin.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>

#include "kubeclient/base/result.h"

namespace windlass {

// The deepest nesting of a value that is read. It is limited because the functions that read values
// are recursive, and the stack is limited.
inline constexpr int kJsonDepthMax = 128;

class JsonReader {
 public:
  enum class Type : uint8_t { kObject, kArray, kString, kNumber, kBool, kNull };

  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // Starts a document, which must be an object. `text` is copied.
  void Begin(std::string_view text);
  size_t size() const;  // of the text, in bytes
  // Returns the first error (kMalformed, with the path of the value), if there is one. It is also
  // an error if the document is cut short or if more text follows it.
  Status End();

  // These read the current value. If the value is not of the type that the function reads, the
  // function records an error and returns "", 0 or false. type() returns kNull after an error.
  Type type();
  std::string_view String();
  int64_t Int64();
  int32_t Int32();
  bool Bool();
  std::string_view Number();     // as written
  std::string_view RawObject();  // text from '{' to '}', byte for byte; its inside is not validated
  void Null();

  // Returns where `raw` begins in the text given to Begin, in bytes. `raw` must be a result of
  // RawObject.
  size_t OffsetOf(std::string_view raw) const;

  // Calls on_member(key) for each member of the current object whose value is not null. Members
  // with null are left out, because null means absent in Kubernetes objects. A value that on_member
  // does not read is skipped.
  template <typename OnMember>
  void Object(OnMember&& on_member) {
    VisitMembers(&on_member, /*nulls=*/false, [](void* visitor, std::string_view key) {
      (*static_cast<std::remove_reference_t<OnMember>*>(visitor))(key);
    });
  }
  // Like Object, but calls on_member also for members whose value is null.
  template <typename OnMember>
  void AllMembers(OnMember&& on_member) {
    VisitMembers(&on_member, /*nulls=*/true, [](void* visitor, std::string_view key) {
      (*static_cast<std::remove_reference_t<OnMember>*>(visitor))(key);
    });
  }
  // Calls on_element() for each element of the current array, including nulls.
  template <typename OnElement>
  void Array(OnElement&& on_element) {
    VisitElements(&on_element, [](void* visitor) {
      (*static_cast<std::remove_reference_t<OnElement>*>(visitor))();
    });
  }

  bool ok() const;
  // Records the error "<path of the current value>: <what>", unless an error is recorded already.
  void Fail(std::string_view what);

 private:
  void VisitMembers(void* visitor, bool nulls, void (*visit)(void*, std::string_view));
  void VisitElements(void* visitor, void (*visit)(void*));

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace windlass
