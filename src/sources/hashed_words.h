// Names and words as numbers: by their hash, so that nobody has to know them beforehand.
// Source: Fowler, Noll, Vo, FNV-1a, 64 bits; Weinberger et al. 2009, "Feature hashing".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hypnos {

// The same on every machine, now and later.
uint64_t Fnv1a(std::string_view bytes);
size_t BucketOf(std::string_view name, size_t buckets);

// Sets `present` to 1 at the bucket of each word of a line, to 0 elsewhere. Words are runs of
// letters, digits and what is not ASCII; capitals count as small letters, and all words that have a
// digit (numbers, addresses, ids) as the same, so that no template of the log is needed.
void HashWords(std::string_view line, std::span<double> present);

}  // namespace hypnos
