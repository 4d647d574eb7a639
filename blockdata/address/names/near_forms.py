"""Characters that look alike, and are misread or mistyped for one another."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from blockdata.address.names.readings import CODE_POINTS

__all__ = ["near_forms"]

_GROUPS_KEPT = 4

# Each word is a group: whoever reads or writes one of its characters may mean another.
# Shared component with another radical first, then single strokes and outlines.
_GROUPS = """
    悦说税锐脱阅 晴睛请清情靖精倩蜻菁 昌晶冒 景影 坡波披破玻陂 坪平评苹萍 塘糖搪唐 溏塘 棠裳堂掌
    湖糊胡葫瑚 洪供拱哄烘 河何呵诃柯珂 桥侨娇轿骄峤 杨扬汤场肠 阳阴 柏拍伯泊珀铂 柳抑仰 松忪讼
    桂佳挂娃崖 梅海悔敏 梧悟语晤 桐铜洞筒 枫飒讽 柱住注驻往 桃挑跳逃姚 槐愧魂 榕蓉溶熔 樟障彰漳璋
    橡像象 滨宾缤槟 港巷 淮准维谁推堆 渝输榆愉谕 清请青 渭谓猬 漫慢曼蔓 源原愿 潭谭谈覃 澜斓阑兰
    澄橙登 湾弯 滩摊 溪奚 泽择译绎 泉皋帛 浦埔蒲葡甫辅铺圃 浙渐 沙纱抄钞 沪护 泰秦奉春 玉王主
    璧壁臂避 环坏怀 珠株殊 珑泷笼拢胧陇 琴琵 瑞端喘 祥详洋样 福副幅富 禄绿录碌 禧嬉喜 祺棋旗琪淇
    裕浴峪 信倍 佑祐 侯候 俊峻骏竣 健建键 傅博搏 传转 伟违苇 佛拂 园圆 国围囯 囤屯 团图 庄压 床库
    康唐 廊廓 庐芦炉 府俯 底低抵 序予 延廷 弘宏 张弦 微徽 忠患 恒桓垣 惠慧蕙 悠攸 慈滋磁 愉瑜
    戊戌戍 或域 战站 户卢 房庐 拓柘 振震赈 捷睫 掖液 提堤 揭竭 攻功 新薪亲 旅族 旋旌 日曰 旦旧
    早旱旷 明朋 昊吴 春舂 昱煜 晓浇烧绕 晖辉挥 晋普 晟盛 智知 曙署 未末 本木 权杈 李季 杏杳 材村
    束東 林材 果杲 枝技 柴紫 栋冻 栗粟 校较 格洛络骆 桑嗓 梁粱 棉绵锦 楼搂缕 模漠 榜傍 正止 武斌
    母毋 比此 民氏 水冰永 汉汊 江汪 沁泌 沈沉 泗洄 泾径经 济挤齐 浩皓 浪狼 润闰 涌通 淀锭 深探
    渔鱼 温湿 游旅 湘相 漕槽 灵炅 焦蕉 燕莞 爱受 牛午 特持 玄弦 玫攻 珍诊 班斑 琦绮 瑶遥摇谣 甘甚
    田由甲申电 留榴 盐监 石右 研妍 硕颀 碧璧 神伸 秀季 秋愀 租祖 稻滔蹈 穆移 空穹 窑窖 章童 竹什
    竺笃 策荣 管菅 粤奥 纪记 纬伟 纳呐 练炼 绍招昭 统流 维唯 罗萝箩 置署 羊洋 美姜 翔祥 翠翡 老考
    胜性 胶胺 腾滕 良艮 艺忆 芙英 花华 芳方 苑宛 茗名 茶荼 荔 莱菜 莲连 莹营萤茔 萃翠 葛蔼 董懂
    蓝篮 薛孽 衡衔 裴斐 西酉 谷合 贝见 贡页 贤坚 赵越 轩杆 辛幸 辰晨 近进 逸免 邦帮 郁都 郎朗 郑邓
    鄂鳄 酒洒 钟钏 钢岗纲刚 铁轶 铭名 银很 锋峰蜂烽 长张 门们 间问 闽闵 阜埠 陆际 陈阵 陵棱 雅稚
    雪雷 霞暇 霖霜 顶项 顺须 风凤 高亭 魏巍 鲁鱼 鸟乌岛 鹿麓 黄寅 黎藜 鼎晶 龙尤 亚业 丽郦 义叉
    乔齐 九丸 互亘 亨享 令今 任仕 余佘 侧则 元无 先光 冀翼 冠寇 凌陵 凯岂 凰风 刘列 剑检 力刀 勤勒
    千干于 升开 卉弁 卧外 厂广 厚原 古右 台治 史吏 各名 味昧 和知 啤碑 土士 圣至 址扯 坑抗 坛云
    坝贝 城诚盛 堡堕 大太犬 天夭无 奥澳 娄楼 宁丁 宇字 守寺 官宫 定宁 宜宣 客容 宸辰 寒塞 寨赛
    寻导 尖尘 尧晓 屏饼 展屐 屿与 岑芩 岗岚 岩岸 岱贷 峡陕侠狭 崇祟 崔催 嵩高 巨臣 已己巳 帅师
"""


@functools.cache
def near_forms() -> npt.NDArray[np.uint16]:
    """Return the groups of look-alikes that each character belongs to.

    Returns
    -------
    ndarray of uint16, shape (65536, 4)
        Numbers of groups, 0 where there are fewer. Two characters look alike if they share one.

    Examples
    --------
    >>> groups = near_forms()
    >>> bool(set(groups[ord("悦")]) & set(groups[ord("说")]) - {0})
    True
    """
    groups = np.zeros((CODE_POINTS, _GROUPS_KEPT), dtype=np.uint16)
    for number, group in enumerate(_GROUPS.split(), start=1):
        for code in map(ord, group):
            groups[code, np.count_nonzero(groups[code])] = number
    return groups
