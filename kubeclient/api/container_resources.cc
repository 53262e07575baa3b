#include "kubeclient/api/container_resources.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "kubeclient/api/quantity.h"

namespace windlass {
namespace {

constexpr char kBetweenFields = ' ';
constexpr char kBetweenParts = '\n';

// Takes the text up to the next `separator` from the front of `rest`, and the separator with it.
std::string_view TakePart(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

void Append(const CpuAndMemory& one, std::string& out) {
  for (size_t i = 0; i < one.values.size(); ++i) {
    if (i > 0) out += kBetweenFields;
    out += one.values[i];
  }
}

CpuAndMemory ParseOne(std::string_view text) {
  CpuAndMemory one;
  for (std::string& value : one.values) value = TakePart(text, kBetweenFields);
  return one;
}

// Returns the quantity as a number; 0 if the text is none.
double NumberOf(std::string_view text) {
  const Result<std::string> canonical = CanonicalQuantity(text);
  return canonical.ok() ? std::strtod(canonical->c_str(), nullptr) : 0;
}

}  // namespace

bool CpuAndMemory::empty() const {
  return std::ranges::all_of(values, [](const std::string& value) { return value.empty(); });
}

void ReadQuantities(JsonReader& in, std::string_view list, CpuAndMemory& out, bool numbers) {
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    if (kResourceFields[i].list == list) out.values[i].clear();
  }
  in.Object([&](std::string_view key) {
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      if (kResourceFields[i].list != list || kResourceFields[i].resource != key) continue;
      const bool number = numbers && in.type() == JsonReader::Type::kNumber;
      out.values[i] = number ? in.Number() : in.String();
    }
  });
}

CpuAndMemory ReadCpuAndMemory(JsonReader& in, bool numbers) {
  CpuAndMemory out;
  in.Object([&](std::string_view key) {
    if (key == "requests" || key == "limits") ReadQuantities(in, key, out, numbers);
  });
  return out;
}

bool IsSameQuantity(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const Result<std::string> left = CanonicalQuantity(a);
  const Result<std::string> right = CanonicalQuantity(b);
  return left.ok() && right.ok() && *left == *right;
}

bool IsAboutQuantity(const ResourceField& field, std::string_view actual, std::string_view wanted) {
  if (IsSameQuantity(actual, wanted)) return true;
  if (actual.empty() || wanted.empty()) return false;
  constexpr double kShare = 0.002;   // CPUs: above 1/1024 of a CPU
  constexpr double kLeast = 0.0101;  // CPUs: what a kernel makes of less
  constexpr double kPage = 65536;    // bytes
  const double has = NumberOf(actual);
  const double asks = NumberOf(wanted);
  if (field.resource == "memory") return std::abs(has - asks) < kPage;
  return std::abs(has - asks) < kShare || (has < kLeast && asks < kLeast);
}

std::string TextOf(const ContainerResources& resources) {
  if (!resources.reported && resources.wanted.empty()) return {};
  std::string text;
  Append(resources.wanted, text);
  if (!resources.reported) return text;
  text += kBetweenParts;
  Append(resources.allocated, text);
  text += kBetweenParts;
  Append(resources.actual, text);
  return text;
}

ContainerResources ParseContainerResources(std::string_view text) {
  ContainerResources out;
  out.wanted = ParseOne(TakePart(text, kBetweenParts));
  out.reported = !text.empty();
  out.allocated = ParseOne(TakePart(text, kBetweenParts));
  out.actual = ParseOne(text);
  return out;
}

std::string TextOf(const PodResize& resize) {
  using enum PodResize::Pending;
  std::string text;
  if (resize.pending != kNo) {
    text = resize.pending == kDeferred ? "d" : "i";
    text += std::to_string(resize.pending_generation) + kBetweenFields + resize.message;
  }
  if (!resize.in_progress) return text;
  return text + kBetweenParts + "p" + resize.error;
}

PodResize ParsePodResize(std::string_view text) {
  PodResize out;
  const size_t last = text.rfind("\np");
  if (last != std::string_view::npos) {
    out.in_progress = true;
    out.error = text.substr(last + 2);
    text = text.substr(0, last);
  }
  if (text.empty()) return out;
  out.pending =
      text.front() == 'd' ? PodResize::Pending::kDeferred : PodResize::Pending::kInfeasible;
  text.remove_prefix(1);
  const std::string_view generation = TakePart(text, kBetweenFields);
  std::from_chars(generation.data(), generation.data() + generation.size(), out.pending_generation);
  out.message = text;
  return out;
}

}  // namespace windlass
