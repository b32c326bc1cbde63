#include "imaging/concealment.h"

#include <gtest/gtest.h>

#include <string>

namespace hypnos {
namespace {

// Pictures one after the other: k a key picture, . one that leans on others; in capitals (K, :) the
// decoder says that it is flawed. x: a damaged packet, of the stamp of the next picture.
std::string Concealed(const std::string& stream, int delay = 0) {
  Concealment concealment;
  std::string seen;
  int64_t stamp = 0;
  for (const char what : stream) {
    if (what == 'x') {
      concealment.DamagedPacket(stamp + delay);
      continue;
    }
    const bool flawed = what == 'K' || what == ':', key = what == 'k' || what == 'K';
    seen += concealment.IsConcealed(flawed, key, stamp++) ? '1' : '0';
  }
  return seen;
}

TEST(Concealment, WhatIsSoundIsNot) { EXPECT_EQ(Concealed("k...k..."), "00000000"); }

TEST(Concealment, AFlawLastsToTheNextKeyPicture) {
  EXPECT_EQ(Concealed("k.:..k.."), "00111000");
  EXPECT_EQ(Concealed("kK..k"), "01110");
  EXPECT_EQ(Concealed("k.:.K.k"), "0011110");
}

TEST(Concealment, ADamagedPacketIsThatOfItsPicture) {
  EXPECT_EQ(Concealed("k.x..k."), "001100");
  EXPECT_EQ(Concealed("kxk.k"), "0110");
  // The decoder gives some pictures first that came before it.
  EXPECT_EQ(Concealed("kx..k..k.", 2), "00011100");
  // A key picture from before the damage ends nothing.
  EXPECT_EQ(Concealed("k.xk..k.", 1), "0001100");
}

TEST(Concealment, WithoutStampsItBeginsAtOnceAndEndsWithAKeyPicture) {
  Concealment concealment;
  concealment.DamagedPacket(std::nullopt);
  EXPECT_TRUE(concealment.IsConcealed(false, false, std::nullopt));
  EXPECT_FALSE(concealment.IsConcealed(false, true, std::nullopt));
}

TEST(Concealment, WithoutKeyPicturesItEndsAllTheSame) {
  const std::string seen = Concealed(":" + std::string(2000, '.'));
  EXPECT_EQ(seen.find('0'), 500u);
  EXPECT_EQ(seen.find('1', 500), std::string::npos);
}

}  // namespace
}  // namespace hypnos
