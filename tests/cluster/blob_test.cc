#include "hypnos/cluster/blob.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "cluster/memory_store.h"

namespace hypnos {
namespace {

RC_GTEST_PROP(Blob, ComesBackAsItWasHoweverLong, (const std::string& bytes)) {
  MemoryStore store;
  store.set_most_bytes(512 + *rc::gen::inRange<size_t>(1, 20));
  const auto blob = PutBlob(store, "m.offer", bytes);
  RC_ASSERT(blob.ok());
  const auto read = GetBlob(store, *blob);
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == bytes);
}

class BlobTest : public ::testing::Test {
 protected:
  BlobTest() {
    store.set_most_bytes(512 + 4);
    blob = *PutBlob(store, "m.offer", "0123456789");
  }
  std::string Read() const {
    const auto read = GetBlob(store, blob);
    return read.ok() ? *read : read.error().reason + ": " + read.error().message;
  }

  mutable MemoryStore store;
  Blob blob;
};

TEST_F(BlobTest, IsInSeveralValues) {
  EXPECT_EQ(blob.values, 3U);
  EXPECT_EQ(store.entries().at("m.offer.2").bytes, "89");
}

TEST_F(BlobTest, WhatWasOverwrittenMeanwhileIsNoticed) {
  (void)store.Put("m.offer.1", "4_67");
  EXPECT_EQ(Read(), "BLOB_DAMAGED: what stands under m.offer is not what its checksum was made of");
}

TEST_F(BlobTest, WhatIsMissingIsNoticed) {
  store.Forget("m.offer.1");
  EXPECT_EQ(Read(), "BLOB_DAMAGED: what stands under m.offer is not all there");
}

TEST_F(BlobTest, NoMoreIsReadThanWasSaid) {
  (void)store.Put("m.offer.2", "8901234567890");
  EXPECT_EQ(Read(), "BLOB_DAMAGED: what stands under m.offer is longer than it was said to be");
}

TEST_F(BlobTest, AStoreThatIsGoneIsNoDamage) {
  store.set_gone(true);
  EXPECT_EQ(Read(), "NOT_CONNECTED: nobody answers there");
  EXPECT_EQ(PutBlob(store, "m.offer", "x").error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace hypnos
