/** True when a step from one version to another may break users: a new major, or a new minor while the major is 0. */
export function allowsBreaking(from: string, to: string): boolean {
  const [oldMajor = 0, oldMinor = 0] = from.split('.').map(Number)
  const [newMajor = 0, newMinor = 0] = to.split('.').map(Number)
  return newMajor > oldMajor || (newMajor === 0 && oldMajor === 0 && newMinor > oldMinor)
}
