// Memory for a search, which is one thread and takes and gives back small blocks most of its time:
// JSON trees. What was given back is kept in a list for each size, and never returned.
#include <array>
#include <cstdlib>
#include <new>

namespace {

constexpr size_t kAlign = 16;
constexpr size_t kSmallMax = 1024;           // larger blocks come from malloc
constexpr size_t kChunk = size_t{1} << 20U;  // bytes that are taken at once

// In front of each block: its class, the number of units of kAlign that it has. 0: from malloc.
struct alignas(kAlign) Head {
  size_t units = 0;
};
struct Free {
  Free* next = nullptr;
};

std::array<Free*, kSmallMax / kAlign + 1> g_free{};
char* g_chunk = nullptr;
size_t g_left = 0;

void* Fresh(size_t units) {
  const size_t bytes = sizeof(Head) + units * kAlign;
  if (g_left < bytes) {
    g_chunk = static_cast<char*>(std::malloc(kChunk));
    if (g_chunk == nullptr) throw std::bad_alloc();
    g_left = kChunk;
  }
  Head* head = new (g_chunk) Head{units};
  g_chunk += bytes;
  g_left -= bytes;
  return head + 1;
}

void* Take(size_t size) {
  if (size > kSmallMax) {
    void* block = std::malloc(sizeof(Head) + size);
    if (block == nullptr) throw std::bad_alloc();
    return new (block) Head{} + 1;
  }
  const size_t units = size == 0 ? 1 : (size + kAlign - 1) / kAlign;
  Free*& first = g_free[units];
  if (first == nullptr) return Fresh(units);
  Free* block = first;
  first = block->next;
  return block;
}

void GiveBack(void* block) {
  if (block == nullptr) return;
  Head* head = static_cast<Head*>(block) - 1;
  if (head->units == 0) return std::free(head);
  Free*& first = g_free[head->units];
  first = new (block) Free{first};
}

}  // namespace

void* operator new(size_t size) { return Take(size); }
void* operator new[](size_t size) { return Take(size); }
void operator delete(void* block) noexcept { GiveBack(block); }
void operator delete[](void* block) noexcept { GiveBack(block); }
void operator delete(void* block, size_t) noexcept { GiveBack(block); }
void operator delete[](void* block, size_t) noexcept { GiveBack(block); }
